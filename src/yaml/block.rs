//! Where the text of a block scalar (`|`, `>`) stands: the parser goes on to what comes next.
//!
//! Source: YAML 1.2, "Block Chomping Indicator".

/// The bytes of a block scalar with a value, of which the parser says that it stands between two offsets.
///
/// It begins with its first character that is no space. A line break belongs to it if it is part of the value.
/// One without any such character is at the end of the line of its `|`.
pub(super) fn place(text: &str, start: usize, end: usize, value: &str) -> (usize, usize) {
    if value.trim_ascii().is_empty() {
        let before = text.get(..end).unwrap_or_default();
        let end = before.trim_ascii_end().len();
        return (end, end);
    }
    let content = text.get(start..end).unwrap_or_default();
    (start, start.saturating_add(length(content, value)))
}

/// How many bytes of what begins as a block belong to it.
fn length(text: &str, value: &str) -> usize {
    let space = value.bytes().rev().take_while(u8::is_ascii_whitespace);
    let kept = space.filter(|byte| *byte == b'\n').count();
    let content = text.trim_ascii_end().len();
    let bytes = text.bytes().enumerate().skip(content);
    let mut breaks = bytes.filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at);
    let last = kept.checked_sub(1).and_then(|before| breaks.nth(before));
    if value.ends_with('\n') {
        return last.map_or(text.len(), |at| at.saturating_add(1));
    }
    // Spaces at the end of the last line are part of the value.
    let line = breaks.next().and_then(|at| text.get(..at)).unwrap_or(text);
    line.strip_suffix('\r').unwrap_or(line).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_with_the_value() {
        for (text, value, expected) in [
            ("x", "x", "x"),
            ("x\n", "x\n", "x\n"),
            ("x\n", "x", "x"),
            ("x\n\n\n    ", "x\n", "x\n"),
            ("x\n\n\n    ", "x", "x"),
            ("x\n\n\n    ", "x\n\n\n", "x\n\n\n"),
            ("x  \r\n  y \r\n\r\n ", "x  \ny \n", "x  \r\n  y \r\n"),
            ("x  \r\n\r\n", "x  ", "x  "),
            ("x\n    \n", "x\n  ", "x\n    "),
            ("x\n  ", "x\n", "x\n"),
            ("x", "x\n", "x"),
        ] {
            let found = text.get(..length(text, value)).unwrap();
            assert_eq!(found, expected, "{text:?} {value:?}");
        }
    }

    #[test]
    fn without_text_it_is_behind_its_mark() {
        for (text, start, end, value) in [
            ("a: |", 3, 4, ""),
            ("a: |\n\n", 3, 6, ""),
            ("a: |\n\n  b: 1", 8, 8, ""),
        ] {
            assert_eq!(place(text, start, end, value), (4, 4), "{text:?}");
        }
        assert_eq!(place("a: |+\n\nb: 1", 7, 7, "\n"), (5, 5));
    }
}
