//! Trees of YAML and JSON: their places and values on other people's templates, where the corpora are there,
//! and what hostile texts cost.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a helper of a test fails the test, and says what was read"
)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use plangate::model::source::{FileId, SourceMap, Span};
use plangate::yaml::{Data, Document, Node, ReadError, read_json, read_yaml};

/// A file of the corpora.
struct Input {
    path: PathBuf,
    text: String,
    is_json: bool,
}

impl Input {
    fn name(&self) -> String {
        let parts: Vec<_> = self
            .path
            .iter()
            .map(|part| part.to_string_lossy())
            .collect();
        parts[parts.len().saturating_sub(3)..].join("/")
    }

    fn read(&self) -> Result<Document, ReadError> {
        read(&self.text, self.is_json)
    }
}

fn any_file() -> FileId {
    SourceMap::default().add("text", String::new())
}

fn read(text: &str, is_json: bool) -> Result<Document, ReadError> {
    if is_json {
        read_json(text, any_file())
    } else {
        read_yaml(text, any_file())
    }
}

/// Every template of the corpora that is UTF-8.
fn inputs() -> Option<Vec<Input>> {
    let folder = support::corpora()?.join("cloudformation");
    let mut found = Vec::new();
    for path in support::files(&folder, "") {
        let end = path.extension().unwrap_or_default().to_string_lossy();
        if !["yaml", "yml", "json", "template"].contains(&&*end) {
            continue;
        }
        let Ok(text) = String::from_utf8(std::fs::read(&path).unwrap()) else {
            println!("no UTF-8: {}", path.display());
            continue;
        };
        let text = text.trim_start_matches('\u{feff}').to_owned();
        let is_json = end == "json" || (end == "template" && text.trim_start().starts_with('{'));
        found.push(Input {
            path,
            text,
            is_json,
        });
    }
    assert!(found.len() > 1_000);
    Some(found)
}

#[test]
fn other_peoples_templates_are_read() {
    let Some(inputs) = inputs() else { return };
    let (mut read, mut refused) = (0, Vec::new());
    for input in &inputs {
        match input.read() {
            Ok(_) => read += 1,
            Err(error) => {
                let before = &input.text[..error.at.start as usize];
                let line = before.matches('\n').count() + 1;
                let kind = if error.is_well_formed {
                    "refused"
                } else {
                    "malformed"
                };
                refused.push(format!("{}:{line}: {kind}: {error}", input.name()));
            }
        }
    }
    println!(
        "{read} of {} are read; not:\n{}",
        inputs.len(),
        refused.join("\n")
    );
    assert!(read * 100 > inputs.len() * 95);
}

/// Holds the places of a tree against its text.
struct Places<'t> {
    text: &'t str,
    is_json: bool,
    wrong: Vec<String>,
    /// Nodes that stand elsewhere: aliases and merges.
    elsewhere: usize,
    /// Scalars by how they are written.
    kinds: BTreeMap<&'static str, usize>,
}

impl<'t> Places<'t> {
    fn slice(&self, span: Span) -> &'t str {
        &self.text[span.start as usize..span.end as usize]
    }

    fn demand(&mut self, holds: bool, span: Span, what: &str) {
        if !holds {
            let line = self.text[..span.start as usize].matches('\n').count() + 1;
            let slice = self.slice(span);
            let short = |text: &str| text.chars().take(80).collect::<String>();
            let (what, slice) = (short(what), short(slice));
            self.wrong.push(format!("line {line}: {what}: {slice:?}"));
        }
    }

    fn is_inside(&mut self, inner: Span, outer: Span) -> bool {
        let is_inside = outer.start <= inner.start && inner.end <= outer.end;
        if !is_inside {
            self.elsewhere += 1;
            let is_before = inner.end <= outer.start && self.text.contains('&');
            self.demand(is_before, inner, "stands outside of its parent");
        }
        is_inside
    }

    fn node(&mut self, node: &Node) {
        let slice = self.slice(node.span);
        if let Some((tag, at)) = &node.tag {
            let written = self.slice(*at);
            let is_tag = written == format!("!{tag}") || written == format!("!<!{tag}>");
            self.demand(is_tag && !self.is_json, *at, "is not the tag");
            let between = &self.text[at.end as usize..node.span.start as usize];
            let between = between.trim_start();
            let is_near = between.is_empty() || between.starts_with(['#', '|', '>', '&']);
            self.demand(is_near, *at, "is not before its node");
        }
        match &node.data {
            Data::Null => self.demand(
                ["", "~", "null", "Null", "NULL"].contains(&slice),
                node.span,
                "is not null",
            ),
            Data::Bool(flag) => {
                let says = match slice.to_ascii_lowercase().as_str() {
                    "true" => Some(true),
                    "false" => Some(false),
                    "yes" | "on" if !self.is_json => Some(true),
                    "no" | "off" if !self.is_json => Some(false),
                    _ => None,
                };
                self.demand(says == Some(*flag), node.span, "is not the flag");
            }
            Data::Number(text) => self.demand(slice == &**text, node.span, "is not the number"),
            Data::Text(text) => self.scalar(text, node.span),
            Data::List(elements) => {
                let ends = slice.starts_with('[') && slice.ends_with(']');
                let is_block = slice.starts_with('-') && !self.is_json;
                self.demand(ends || is_block, node.span, "is not the list");
                for element in elements.iter() {
                    self.is_inside(element.span, node.span);
                    self.node(element);
                }
                self.end(node, elements.last());
            }
            Data::Map(entries) => {
                let ends = slice.starts_with('{') && slice.ends_with('}');
                let first = entries.first().map(|(key, _)| key.span.start);
                let begins =
                    first == Some(node.span.start) || slice.starts_with(['?', '<', '&', '!']);
                let is_block = begins && !self.is_json;
                self.demand(ends || is_block, node.span, "is not the map");
                for (key, value) in entries.iter() {
                    if self.is_inside(key.span, node.span) {
                        self.scalar(&key.text, key.span);
                        self.is_inside(value.span, node.span);
                    }
                    self.node(value);
                }
                self.end(node, entries.last().map(|(_, value)| value));
            }
        }
    }

    /// Behind what has no brackets there is nothing of it on the line.
    fn end(&mut self, node: &Node, last: Option<&Node>) {
        let slice = self.slice(node.span);
        if slice.starts_with(['[', '{']) || last.is_some_and(|last| last.span.end < node.span.end) {
            return;
        }
        let rest = &self.text[node.span.end as usize..];
        let line = rest.lines().next().unwrap_or_default().trim_start();
        let is_end =
            line.is_empty() || line.starts_with(['#', ',', ']', '}']) || slice.ends_with('\n');
        self.demand(is_end, node.span, "ends too early");
    }

    /// A scalar's text, read again from its place alone.
    fn scalar(&mut self, text: &str, span: Span) {
        let slice = self.slice(span);
        let before = &self.text[..span.start as usize];
        let is_empty_block = slice.is_empty() && text.trim().is_empty();
        let again = if is_empty_block && before.ends_with(['|', '>', '+', '-']) {
            Some(text.to_owned())
        } else if self.is_json {
            serde_json::from_str::<String>(slice).ok()
        } else if let Some(block) = self.block(span) {
            self.count("block");
            serde_yaml::from_str::<BTreeMap<String, String>>(&block)
                .ok()
                .and_then(|mut map| map.remove("k"))
        } else if slice.starts_with(['"', '\'']) {
            self.count("quoted");
            serde_yaml::from_str::<String>(slice).ok()
        } else {
            self.count(if slice.contains('\n') {
                "plain over lines"
            } else {
                "plain"
            });
            Some(folded(slice))
        };
        let holds = again.as_deref() == Some(text);
        self.demand(holds, span, &format!("is not {text:?} but {again:?}"));
    }

    fn count(&mut self, kind: &'static str) {
        *self.kinds.entry(kind).or_default() += 1;
    }

    /// The block scalar that ends with a place, under a key of its own; none if it is no block.
    fn block(&self, span: Span) -> Option<String> {
        let before = &self.text[..span.start as usize];
        let last = before.rfind('\n')?;
        if !before[last..].trim().is_empty() {
            return None;
        }
        let until = before.trim_end().len();
        let header = before[..until].rsplit('\n').next()?;
        let header = header.split(" #").next()?.trim_end();
        let marks = header.rsplit([' ', '\t']).next()?;
        let first = marks.chars().next()?;
        let is_header =
            matches!(first, '|' | '>') && marks[1..].chars().all(|one| "+-123456789".contains(one));
        if !is_header {
            return None;
        }
        let begin = until + before[until..].find('\n')?;
        let content = &self.text[begin..span.end as usize];
        // Of an explicit depth, only the difference to what is around counts.
        if let Some(depth) = marks.chars().find_map(|one| one.to_digit(10)) {
            let depth = usize::try_from(depth).unwrap();
            let around = header.len() - header.trim_start().len();
            let lines = content.split_inclusive('\n');
            let lines: String = lines
                .map(|line| {
                    line.get(around..)
                        .filter(|_| line.len() > around + depth)
                        .unwrap_or("\n")
                })
                .collect();
            return Some(format!("k: {marks}{lines}"));
        }
        Some(format!("k: {marks}{content}"))
    }
}

/// A plain scalar on one line: a line break is a space, two are one line break.
fn folded(text: &str) -> String {
    let mut folded = String::new();
    let mut empty = 0;
    for (index, line) in text.lines().map(str::trim).enumerate() {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if index > 0 {
            let between = if empty == 0 {
                " ".to_owned()
            } else {
                "\n".repeat(empty)
            };
            folded.push_str(&between);
        }
        folded.push_str(line);
        empty = 0;
    }
    folded
}

fn places(
    text: &str,
    is_json: bool,
    document: &Document,
) -> (Vec<String>, usize, BTreeMap<&'static str, usize>) {
    let mut places = Places {
        text,
        is_json,
        wrong: Vec::new(),
        elsewhere: 0,
        kinds: BTreeMap::new(),
    };
    places.node(&document.root);
    for comment in &document.comments {
        let slice = places.slice(comment.at);
        let is_comment = slice.strip_prefix('#').map(str::trim) == Some(&comment.text);
        places.demand(is_comment, comment.at, "is not the comment");
        let line = text[..comment.at.start as usize]
            .rsplit(['\r', '\n'])
            .next()
            .unwrap();
        let is_behind = !line.trim().is_empty();
        places.demand(
            is_behind == comment.is_behind,
            comment.at,
            "is behind something or not",
        );
        let rest = &text[comment.at.end as usize..];
        let ends = rest.is_empty() || rest.starts_with(['\r', '\n']);
        places.demand(ends, comment.at, "ends too early");
    }
    (places.wrong, places.elsewhere, places.kinds)
}

#[test]
fn places_cover_what_they_name() {
    let Some(inputs) = inputs() else { return };
    let (mut wrong, mut elsewhere) = (Vec::new(), 0);
    let mut kinds: BTreeMap<_, usize> = BTreeMap::new();
    for input in &inputs {
        // JSON is YAML, and has the same places.
        for is_json in [false, true] {
            if is_json && !input.is_json {
                continue;
            }
            let Ok(document) = read(&input.text, is_json) else {
                continue;
            };
            let (found, outside, written) = places(&input.text, is_json, &document);
            elsewhere += outside;
            wrong.extend(
                found
                    .into_iter()
                    .map(|one| format!("{}: {one}", input.name())),
            );
            for (kind, count) in written {
                *kinds.entry(kind).or_default() += count;
            }
        }
    }
    println!("{kinds:?}; {elsewhere} stand elsewhere");
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

/// Where a tree and another reader's value differ.
#[derive(Default)]
struct Differences {
    /// What YAML 1.1 types in another way than YAML 1.2, by what it is.
    known: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

impl Differences {
    fn yaml(&mut self, node: &Node, other: &serde_yaml::Value) {
        use serde_yaml::Value;
        let known = match (&node.tag, other) {
            (Some((tag, _)), Value::Tagged(tagged)) => {
                if tagged.tag != **tag {
                    self.wrong.push(format!("{} is not {tag}", tagged.tag));
                }
                let mut inner = node.clone();
                inner.tag = None;
                // Under a tag of its own, a scalar is text.
                match (&inner.data, &tagged.value) {
                    (Data::Text(text), Value::Number(number)) => {
                        self.number(text, &number.to_string());
                        return;
                    }
                    (Data::Text(text), Value::Bool(flag)) if **text == flag.to_string() => return,
                    (Data::Text(text), Value::Null) if text.is_empty() => return,
                    _ => self.yaml(&inner, &tagged.value),
                }
                return;
            }
            (Some((tag, _)), _) => Err(format!("{tag} is not there")),
            (None, other) => match (&node.data, other) {
                (Data::Null, Value::Null) => Ok(None),
                (Data::Bool(own), Value::Bool(other)) if own == other => Ok(None),
                (Data::Bool(true), Value::String(text))
                    if ["yes", "on"].contains(&text.to_lowercase().as_str()) =>
                {
                    Ok(Some("true"))
                }
                (Data::Bool(false), Value::String(text))
                    if ["no", "off"].contains(&text.to_lowercase().as_str()) =>
                {
                    Ok(Some("false"))
                }
                (Data::Number(text), Value::Number(number)) => {
                    self.number(text, &number.to_string());
                    return;
                }
                (Data::Number(own), Value::String(text)) if **own == **text => {
                    Ok(Some("octal, or with `_`"))
                }
                (Data::Text(own), Value::String(text)) if **own == **text => Ok(None),
                (Data::List(elements), Value::Sequence(others))
                    if elements.len() == others.len() =>
                {
                    for (element, other) in elements.iter().zip(others) {
                        self.yaml(element, other);
                    }
                    Ok(None)
                }
                (Data::Map(entries), Value::Mapping(others)) if entries.len() == others.len() => {
                    let others: BTreeMap<_, _> = others
                        .iter()
                        .map(|(key, value)| (key_text(key), value))
                        .collect();
                    for (key, value) in entries.iter() {
                        match others.get(&*key.text) {
                            Some(other) => self.yaml(value, other),
                            None => self.wrong.push(format!("no {}", key.text)),
                        }
                    }
                    Ok(None)
                }
                (own, other) => {
                    let (own, other) = (format!("{own:.0?}"), format!("{other:?}"));
                    let short = |text: String| text.chars().take(200).collect::<String>();
                    Err(format!("{} is not {}", short(own), short(other)))
                }
            },
        };
        match known {
            Ok(None) => {}
            Ok(Some(kind)) => *self.known.entry(kind).or_default() += 1,
            Err(wrong) => self.wrong.push(wrong),
        }
    }

    fn number(&mut self, own: &str, other: &str) {
        if own == other {
            return;
        }
        match (own.parse::<f64>(), other.parse::<f64>()) {
            (Ok(one), Ok(two)) if one.to_bits() == two.to_bits() => {}
            _ if own.starts_with("0x") => {}
            _ => self.wrong.push(format!("{own} is not {other}")),
        }
    }

    fn json(&mut self, node: &Node, other: &serde_json::Value) {
        use serde_json::Value;
        let is_same = match (&node.data, other) {
            (Data::Null, Value::Null) => true,
            (Data::Bool(own), Value::Bool(other)) => own == other,
            (Data::Number(own), Value::Number(other)) => {
                self.number(own, &other.to_string());
                true
            }
            (Data::Text(own), Value::String(other)) => **own == **other,
            (Data::List(own), Value::Array(others)) => {
                let pairs = own.iter().zip(others);
                pairs.for_each(|(own, other)| self.json(own, other));
                own.len() == others.len()
            }
            (Data::Map(own), Value::Object(others)) => {
                for (key, value) in own.iter() {
                    match others.get(&*key.text) {
                        Some(other) => self.json(value, other),
                        None => self.wrong.push(format!("no {}", key.text)),
                    }
                }
                own.len() == others.len()
            }
            _ => false,
        };
        if !is_same {
            self.wrong.push(format!("{:?} is not {other}", node.span));
        }
    }
}

fn key_text(key: &serde_yaml::Value) -> String {
    match key {
        serde_yaml::Value::String(text) => text.clone(),
        serde_yaml::Value::Tagged(tagged) => key_text(&tagged.value),
        other => serde_yaml::to_string(other).unwrap().trim_end().to_owned(),
    }
}

#[test]
fn values_are_those_of_other_readers() {
    let Some(inputs) = inputs() else { return };
    let (mut yaml, mut json) = (0, 0);
    let (mut only_here, mut only_there) = (Vec::new(), Vec::new());
    let mut wrong = Vec::new();
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    for input in &inputs {
        let mut differences = Differences::default();
        let own = input.read();
        if input.is_json {
            let other = serde_json::from_str::<serde_json::Value>(&input.text);
            match (&own, &other) {
                (Ok(own), Ok(other)) => {
                    json += 1;
                    differences.json(&own.root, other);
                }
                (Ok(_), Err(error)) => only_here.push(format!("{}: {error}", input.name())),
                (Err(error), Ok(_)) => only_there.push(format!("{}: {error}", input.name())),
                (Err(_), Err(_)) => {}
            }
        }
        let other = serde_yaml::from_str::<serde_yaml::Value>(&input.text);
        match (own, other) {
            (Ok(own), Ok(mut other)) => {
                yaml += 1;
                other.apply_merge().unwrap();
                differences.yaml(&own.root, &other);
            }
            (Ok(_), Err(error)) => only_here.push(format!("{}: {error}", input.name())),
            (Err(error), Ok(_)) if !input.is_json => {
                only_there.push(format!("{}: {error}", input.name()))
            }
            _ => {}
        }
        wrong.extend(
            differences
                .wrong
                .iter()
                .map(|one| format!("{}: {one}", input.name())),
        );
        for (kind, count) in differences.known {
            *known.entry(kind).or_default() += count;
        }
    }
    println!("{yaml} compared as YAML, {json} as JSON; known differences: {known:?}");
    println!(
        "only here:\n{}\nonly there:\n{}",
        only_here.join("\n"),
        only_there.join("\n")
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

/// How many nodes whoever walks the tree will see.
fn walked(node: &Node) -> usize {
    let elements = node.elements().unwrap_or_default().iter().map(walked);
    let values = node.entries().iter().map(|(_, value)| walked(value));
    1 + elements.sum::<usize>() + values.sum::<usize>()
}

/// A text that nobody means well with is read or refused at once; it tells which.
fn hostile(name: &str, text: &str) -> Result<Document, ReadError> {
    let mut yaml = None;
    for is_json in [true, false] {
        let begin = Instant::now();
        let found = read(text, is_json);
        let took = begin.elapsed();
        let nodes = found.as_ref().map_or(0, |document| walked(&document.root));
        let said = found
            .as_ref()
            .map_or_else(|error| error.message.clone(), |_| "read".to_owned());
        println!(
            "{name}, {} bytes, JSON {is_json}: {took:.1?}, {nodes} nodes, {said}",
            text.len()
        );
        assert!(took < Duration::from_secs(3), "{name}: {took:?}");
        assert!(nodes <= text.len() + 200_001, "{name}: {nodes}");
        if let Err(error) = &found {
            assert!(
                error.at.start <= error.at.end && error.at.end as usize <= text.len(),
                "{name}"
            );
            let is_line = !error.message.contains('\n') && error.message.len() < 400;
            assert!(is_line && !error.message.ends_with('.'), "{name}: {error}");
        } else if let Ok(document) = &found
            && text.len() < 100_000
        {
            let (wrong, ..) = places(text, is_json, document);
            assert!(wrong.is_empty(), "{name}: {wrong:?}");
        }
        yaml = Some(found);
    }
    yaml.unwrap()
}

#[test]
fn hostile_texts_cost_little() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        let _ = writeln!(bomb, "a{level}: &a{level} [{aliases}]");
    }
    let mut chain = "a0: &a0 [x]\n".to_owned();
    for level in 1..1_000 {
        let _ = writeln!(chain, "a{level}: &a{level} [*a{}]", level - 1);
    }
    let wide: String = (0..2_000).fold("a: &a\n".to_owned(), |text, index| {
        text + &format!("  k{index}: 1\n")
    });
    let merges = format!("{wide}b:\n  <<: [{}]\n", "*a, ".repeat(50_000));
    let mut merged = format!("{wide}b0: &b0 {{<<: *a}}\n");
    for level in 1..1_000 {
        let _ = writeln!(
            merged,
            "b{level}: &b{level} {{<<: [*b{0}, *b{0}]}}",
            level - 1
        );
    }
    let deep: String = (0..450)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    let anchors: String = (0..50_000)
        .map(|index| format!("- &a{index} x\n"))
        .collect();
    let refused = [
        ("alias bomb", bomb, "aliases"),
        ("chain of aliases", chain, "128 levels"),
        ("merges", merges, "aliases"),
        ("merges of merges", merged, "aliases"),
        ("open lists", "[".repeat(200_000), "128 levels"),
        ("open maps", "{".repeat(200_000), "128 levels"),
        ("both", "{\"\":[".repeat(200_000), "128 levels"),
        (
            "closed lists",
            "[".repeat(100_000) + &"]".repeat(100_000),
            "128 levels",
        ),
        ("lists in one line", "- ".repeat(100_000), "128 levels"),
        (
            "keys in one line",
            "? ".repeat(100_000),
            "a key must be text",
        ),
        ("by indentation", deep, "128 levels"),
        (
            "unterminated \"",
            format!("a: \"{}", "x\n ".repeat(300_000)),
            "quote",
        ),
        (
            "unterminated '",
            format!("a: '{}", "''".repeat(300_000)),
            "quote",
        ),
        (
            "unterminated list",
            format!("[{}", "a,".repeat(300_000)),
            "bracket",
        ),
        (
            "tabs",
            "\t".repeat(100_000) + "a:\n\tb:\n\t\tc: 1",
            "tabs cannot indent YAML",
        ),
        ("NUL", "a: b\0c".to_owned(), "`\\u{0}`"),
        ("NUL first", "\0".to_owned(), "`\\u{0}`"),
        ("only NUL", "\0".repeat(100_000), "`\\u{0}`"),
        ("lone surrogate", r#"["\ud800"]"#.to_owned(), "surrogate"),
        (
            "lone low surrogate",
            r#"["\udc00"]"#.to_owned(),
            "surrogate",
        ),
        ("no pair", r#"["\ud800\u0041"]"#.to_owned(), "surrogate"),
        ("the same key", "a: 1\n".repeat(50_000), "there twice"),
        (
            "the same long key",
            format!("{0}: 1\n{0}: 2\n", "k".repeat(100_000)),
            "there twice",
        ),
        ("colons", ":".repeat(100_000) + " b: c: d", "not allowed"),
        ("keys of keys", "a: ".repeat(100_000), "not allowed"),
        ("documents", "---\n".repeat(100_000), "second document"),
        (
            "unknown anchor",
            format!("*{}", "a".repeat(1_000_000)),
            "has this anchor",
        ),
    ];
    for (name, text, expected) in refused {
        let error = hostile(name, &text).unwrap_err();
        assert!(error.message.contains(expected), "{name}: {error}");
    }
    let many: String = (0..50_000).map(|_| "- *a\n").collect();
    let keys: String = (0..50_000)
        .map(|index| format!("k{index}: {{a: 1}}\n"))
        .collect();
    for (name, text) in [
        ("aliases", format!("- &a x\n{many}")),
        ("anchors", anchors),
        ("keys", keys),
        ("long key", format!("{}: 1", "k".repeat(2_000))),
        (
            "long quoted key",
            format!("{{\"{}\": 1}}", "k".repeat(200_000)),
        ),
        ("one line", format!("[\"{}\"]", "x".repeat(1_000_000))),
        ("one plain line", "x ".repeat(500_000)),
        ("many plain lines", "x\n".repeat(300_000)),
        ("numbers", format!("[{}1]", "1,".repeat(200_000))),
        ("a long number", "9".repeat(1_000_000)),
        ("pairs", format!("[{}a: b]", "a: b, ".repeat(50_000))),
        ("comments", "# c\n".repeat(200_000) + "a: 1"),
        (
            "comments inside",
            format!("a:\n{}  b: 1", "  # c\n".repeat(100_000)),
        ),
        (
            "comments in a list",
            format!("[ {} a]", "# c\n".repeat(100_000)),
        ),
        (
            "empty lines",
            format!(
                "a: |\n{}  x\n{}",
                "\n".repeat(200_000),
                "\n".repeat(200_000)
            ),
        ),
        ("blocks", "- |\n  x\n\n- >-\n  y\n".repeat(30_000)),
        (
            "merged one by one",
            (0..1_000).fold("a: &a {x: 1}\n".to_owned(), |text, index| {
                text + &format!("b{index}: {{<<: *a}}\n")
            }),
        ),
        ("levels", format!("{}{}", "[".repeat(128), "]".repeat(128))),
    ] {
        let found = hostile(name, &text);
        assert!(found.is_ok(), "{name}: {}", found.unwrap_err());
    }
}

#[test]
fn broken_texts_never_panic() {
    let good = "A: &x !Sub \"é\\n${B}\" # c\nB:\n  - |\n    t\n  - {c: [1, ~], 'd': *x}\n<<: {k: 0x1F}\n? é\n: !!str 1\n";
    let json = "{\"a\": [1.5e3, \"\\u00e9\\ud83d\\ude00\", {}], \"é\": null}";
    for text in [good, json] {
        let characters: Vec<char> = text.chars().collect();
        for cut in 0..=characters.len() {
            let part: String = characters[..cut].iter().collect();
            for put in [
                "", "\t", "\0", "\"", "[", "}", ":", "- ", "\n", "&x", "*x", "!", "|", "%",
                "\u{feff}", "\r",
            ] {
                let rest: String = characters[cut..].iter().skip(1).collect();
                for text in [format!("{part}{put}"), format!("{part}{put}{rest}")] {
                    for is_json in [false, true] {
                        match read(&text, is_json) {
                            // The checks know no line that ends in a return alone.
                            Ok(_) if put == "\r" => {}
                            Ok(document) => {
                                let (mut wrong, ..) = places(&text, is_json, &document);
                                // The other reader takes fewer texts.
                                wrong.retain(|one| !one.contains("but None"));
                                assert!(wrong.is_empty(), "{text:?}: {wrong:?}");
                            }
                            Err(error) => {
                                let at = error.at.start as usize..error.at.end as usize;
                                assert!(text.get(at).is_some(), "{text:?}: {error:?}");
                            }
                        }
                    }
                }
            }
        }
    }
}
