//! What texts cost that nobody means well with, and broken ones.

use std::time::{Duration, Instant};

use plangate::yaml::{Document, Node, ReadError};

use crate::places::places;
use crate::read;

/// A text of many parts.
fn many(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
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

/// Maps with many keys, merged many times.
fn merges() -> [String; 2] {
    let wide = format!("a: &a\n{}", many(2_000, |index| format!("  k{index}: 1\n")));
    let one = format!("{wide}b:\n  <<: [{}]\n", "*a, ".repeat(50_000));
    let levels = many(1_000, |level| {
        format!("b{}: &b{0} {{<<: [*b{level}, *b{level}]}}\n", level + 1)
    });
    [one, format!("{wide}b0: &b0 {{<<: *a}}\n{levels}")]
}

/// Lists that hold the one before them so many times, level by level.
fn levels(count: usize, times: usize) -> String {
    let levels = many(count, |level| {
        let aliases = vec![format!("*a{level}"); times].join(", ");
        format!("a{}: &a{0} [{aliases}]\n", level + 1)
    });
    format!("a0: &a0 [x]\n{levels}")
}

#[test]
fn hostile_texts_are_refused_at_once() {
    let [merges, merges_of_merges] = merges();
    let deep = many(450, |depth| format!("{}a:\n", " ".repeat(depth)));
    let refused = [
        ("alias bomb", levels(12, 9), "aliases"),
        ("chain of aliases", levels(1_000, 1), "128 levels"),
        ("merges", merges, "aliases"),
        ("merges of merges", merges_of_merges, "aliases"),
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
}

#[test]
fn large_texts_are_read_at_once() {
    for (name, text) in [
        ("aliases", "- &a x\n".to_owned() + &"- *a\n".repeat(50_000)),
        ("anchors", many(50_000, |index| format!("- &a{index} x\n"))),
        (
            "keys",
            many(50_000, |index| format!("k{index}: {{a: 1}}\n")),
        ),
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
            "a: &a {x: 1}\n".to_owned() + &many(1_000, |index| format!("b{index}: {{<<: *a}}\n")),
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
