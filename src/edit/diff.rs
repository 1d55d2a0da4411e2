//! Changes of a text as a unified diff.
//!
//! Source: GNU diffutils manual, "Unified Format".

use super::{Change, changed};

/// Lines around what changes.
const CONTEXT: usize = 3;

/// More lines between the first and the last change are not compared.
const MOST: usize = 400;

/// Two texts by their lines: what both begin with, what differs, what both end with.
struct Compared<'t> {
    above: Vec<&'t str>,
    removed: usize,
    added: usize,
    /// The lines that differ and those between them, each with its sign.
    middle: Vec<(char, &'t str)>,
    below: Vec<&'t str>,
}

impl<'t> Compared<'t> {
    /// None where too much differs.
    fn of(old: &'t str, new: &'t str) -> Option<Self> {
        let old: Vec<&str> = old.split_inclusive('\n').collect();
        let new: Vec<&str> = new.split_inclusive('\n').collect();
        let same = |(one, other): &(&&str, &&str)| one == other;
        let before = old.iter().zip(&new).take_while(same).count();
        let left = old.len().min(new.len()) - before;
        let after = old.iter().rev().zip(new.iter().rev()).take(left);
        let after = after.take_while(same).count();
        let removed = old.get(before..old.len() - after)?;
        let added = new.get(before..new.len() - after)?;
        (removed.len() <= MOST && added.len() <= MOST).then(|| Self {
            removed: removed.len(),
            added: added.len(),
            middle: compared(removed, added),
            above: old.get(..before).unwrap_or_default().to_vec(),
            below: old.get(old.len() - after..).unwrap_or_default().to_vec(),
        })
    }
}

/// The changes by whole lines that make one text of another.
pub(super) fn changes(old: &str, new: &str) -> Option<Vec<Change>> {
    let compared = Compared::of(old, new)?;
    let mut at: usize = compared.above.iter().map(|line| line.len()).sum();
    let mut changes: Vec<Change> = Vec::new();
    for (sign, line) in compared.middle {
        if sign != ' ' {
            if changes.last().is_none_or(|change| change.end != at) {
                changes.push(Change {
                    start: at,
                    end: at,
                    text: String::new(),
                });
            }
            let change = changes.last_mut()?;
            if sign == '-' {
                change.end += line.len();
            } else {
                change.text.push_str(line);
            }
        }
        at += if sign == '+' { 0 } else { line.len() };
    }
    Some(changes)
}

/// The part of a text that a diff shows: whole lines.
pub(super) fn around(text: &str, changes: &[Change]) -> Option<(usize, usize)> {
    let (first, last) = (changes.first()?.start, changes.last()?.end);
    let mut before = text.get(..first)?.rmatch_indices('\n');
    let start = before.nth(CONTEXT).map_or(0, |(at, _)| at + 1);
    let mut after = text.get(last..)?.match_indices('\n');
    let end = after.nth(CONTEXT + 1);
    Some((start, end.map_or(text.len(), |(at, _)| last + at + 1)))
}

/// The diff of a text that begins with this line of its file; none where nothing differs, or a line would not stay what it is, since it holds control characters.
pub(super) fn unified(name: &str, line: u32, text: &str, changes: &[Change]) -> Option<String> {
    let new = changed(text, changes)?;
    let Compared {
        above,
        removed,
        added,
        middle,
        below,
    } = Compared::of(text, &new)?;
    if removed + added == 0 {
        return None;
    }
    let first = above.len().saturating_sub(CONTEXT);
    let above = above.get(first..)?;
    let first = first + (line as usize).saturating_sub(1);
    let below = below.get(..CONTEXT).unwrap_or(&below);
    let lines = above.iter().map(|line| (' ', *line));
    let lines = lines.chain(middle);
    let lines: Vec<_> = lines.chain(below.iter().map(|line| (' ', *line))).collect();
    let is_plain = |line: &str| {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        !line.chars().any(|one| one.is_control() && one != '\t')
    };
    if name.chars().any(char::is_control) || !lines.iter().all(|(_, line)| is_plain(line)) {
        return None;
    }
    let around = above.len() + below.len();
    let range = |count: usize| {
        // An empty range is named by the line before it.
        let start = if count == 0 { first } else { first + 1 };
        format!("{start},{count}")
    };
    let mut out = format!(
        "--- {name}\n+++ {name}\n@@ -{} +{} @@\n",
        range(removed + around),
        range(added + around)
    );
    for (sign, line) in lines {
        out.push(sign);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
    Some(out)
}

/// The lines of both, each with its sign; as many as possible are the same.
fn compared<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(char, &'t str)> {
    // How many lines are the same behind each pair of places.
    let mut same = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    let at = |same: &Vec<Vec<usize>>, one: usize, other: usize| {
        same.get(one)
            .and_then(|row| row.get(other))
            .copied()
            .unwrap_or(0)
    };
    for (one, left) in old.iter().enumerate().rev() {
        for (other, right) in new.iter().enumerate().rev() {
            let longest = if left == right {
                at(&same, one + 1, other + 1) + 1
            } else {
                at(&same, one + 1, other).max(at(&same, one, other + 1))
            };
            if let Some(cell) = same.get_mut(one).and_then(|row| row.get_mut(other)) {
                *cell = longest;
            }
        }
    }
    let (mut one, mut other) = (0, 0);
    let mut lines = Vec::new();
    loop {
        match (old.get(one), new.get(other)) {
            (Some(left), Some(right)) if left == right => {
                lines.push((' ', *left));
                (one, other) = (one + 1, other + 1);
            }
            (Some(left), right)
                if right.is_none() || at(&same, one + 1, other) >= at(&same, one, other + 1) =>
            {
                lines.push(('-', *left));
                one += 1;
            }
            (_, Some(right)) => {
                lines.push(('+', *right));
                other += 1;
            }
            (_, None) => return lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(start: usize, end: usize, text: &str) -> Change {
        Change {
            start,
            end,
            text: text.to_owned(),
        }
    }

    #[test]
    fn shows_lines_around() {
        let diff = unified(
            "a.tf",
            1,
            "1\n2\n3\n4\n5\n6\n7\n8\n",
            &[change(8, 9, "five")],
        );
        assert_eq!(
            diff.unwrap(),
            "--- a.tf\n+++ a.tf\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        );
    }

    #[test]
    fn names_lines_of_the_file() {
        let text = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let changes = [change(8, 9, "five")];
        let (start, end) = around(text, &changes).unwrap();
        assert_eq!((start, end), (2, 18));
        let changes = [change(6, 7, "five")];
        let part = text.get(start..end).unwrap();
        let diff = unified("a.tf", 2, part, &changes).unwrap();
        assert!(diff.contains("@@ -2,7 +2,7 @@\n 2\n"), "{diff}");
    }

    #[test]
    fn keeps_what_lies_between_two_changes() {
        let diff = unified("a", 1, "a\nb\nc\n", &[change(0, 1, "x"), change(4, 5, "y")]);
        assert_eq!(
            diff.unwrap(),
            "--- a\n+++ a\n@@ -1,3 +1,3 @@\n-a\n+x\n b\n-c\n+y\n"
        );
    }

    #[test]
    fn tells_of_a_last_line_without_its_break() {
        let diff = unified("a", 1, "{}", &[change(1, 1, "\n  x = 1\n")]);
        assert_eq!(
            diff.unwrap(),
            "--- a\n+++ a\n@@ -1,1 +1,3 @@\n-{}\n\\ No newline at end of file\n+{\n+  x = 1\n+}\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn finds_the_lines_that_differ() {
        let changes = changes("a\nb\nc\n", "a\nx\ny\nc\nd\n").unwrap();
        assert_eq!(changes, [change(2, 4, "x\ny\n"), change(6, 6, "d\n")]);
    }

    #[test]
    fn control_characters_are_not_shown() {
        assert_eq!(
            unified("a", 1, "\u{1b}[0m\nb\n", &[change(6, 7, "c")]),
            None
        );
    }
}
