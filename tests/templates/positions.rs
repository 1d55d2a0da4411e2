//! Where findings point: into the text of the resource that they name or of one that it has to do with. The same
//! template as JSON has the same findings.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use plangate::finding::{Place, Report};
use plangate::model::source::SourceMap;
use plangate::yaml::{Data, Node, read_json, read_yaml};
use plangate::{Options, rules};
use serde_json::{Map, Value};

use crate::{Folder, check, options, support};

/// The parts of a template that have a name: resources and parameters, each with the bytes of its key and text.
type Parts = BTreeMap<String, std::ops::Range<usize>>;

fn read(text: &str, is_json: bool) -> Node {
    let mut sources = SourceMap::default();
    let file = sources.add("template", text.to_owned());
    let read = if is_json {
        read_json(text, file)
    } else {
        read_yaml(text, file)
    };
    read.unwrap().root
}

fn parts(root: &Node) -> Parts {
    let sections = ["Parameters", "Resources"].into_iter();
    let entries = sections.flat_map(|section| root.get(section).map_or(&[][..], Node::entries));
    entries
        .map(|(key, node)| {
            let bytes = key.span.start as usize..node.span.end as usize;
            (key.text.to_string(), bytes)
        })
        .collect()
}

/// The byte at a line and column.
fn offset(text: &str, line: u32, column: u32) -> usize {
    let lines = text.split_inclusive('\n');
    let before: usize = lines.take(line as usize - 1).map(str::len).sum();
    let rest = text.get(before..).unwrap_or_default();
    let mut characters = rest.char_indices().map(|(at, _)| at);
    before + characters.nth(column as usize - 1).unwrap_or(rest.len())
}

fn bytes(text: &str, place: &Place) -> std::ops::Range<usize> {
    let start = offset(text, place.line, place.column);
    start..offset(text, place.end_line, place.end_column)
}

/// The names that have to do with some: what mentions them, what they mention, and what these have to do with.
fn around<'p>(text: &str, parts: &'p Parts, mut new: Vec<&'p str>) -> BTreeSet<&'p str> {
    let mentions = |one: &str, other: &str| {
        let bytes = parts.get(one).cloned().unwrap_or_default();
        let text = text.get(bytes).unwrap_or_default();
        let mut words = text.split(|one: char| !one.is_ascii_alphanumeric());
        words.any(|word| word == other)
    };
    let mut found: BTreeSet<_> = new.iter().copied().collect();
    while let Some(name) = new.pop() {
        for other in parts.keys() {
            if (mentions(name, other) || mentions(other, name)) && found.insert(other) {
                new.push(other);
            }
        }
    }
    found
}

/// The findings whose place is neither in what they name nor in what has to do with it; and how many stand in what
/// they name.
fn misplaced(text: &str, parts: &Parts, report: &Report) -> (Vec<String>, usize) {
    let (mut wrong, mut own) = (Vec::new(), 0);
    for finding in &report.findings {
        let place = bytes(text, &finding.location);
        let address = finding.resource.address.as_str();
        // A job that a resource carries stands inside of that.
        let address = address.split(' ').next().unwrap_or(address);
        // Who reaches data by a wildcard has nothing to do with them but what the finding says.
        let said = parts.keys().map(String::as_str);
        let said = said.filter(|name| finding.message.contains(&format!("`{name}`")));
        let around = around(text, parts, said.chain([address]).collect());
        let inside = |name: &str| {
            parts.get(name).is_some_and(|part| {
                part.start <= place.start && place.end <= part.end && place.start < place.end
            })
        };
        let mut named = parts.keys().filter(|name| inside(name));
        match named.next() {
            Some(name) if name == address => own += 1,
            Some(name) if around.contains(&**name) => {}
            name => wrong.push(format!(
                "{} of {address} points into {name:?}: {place:?}",
                finding.rule
            )),
        }
    }
    (wrong, own)
}

/// What is found, whatever the text looks like.
fn found(report: &Report) -> BTreeSet<(String, String, String)> {
    let findings = report.findings.iter();
    let found = findings.map(|one| {
        let verdict = format!("{:?} {}", one.verdict, one.only_when.join(" or "));
        (one.rule.to_owned(), one.resource.address.clone(), verdict)
    });
    found.collect()
}

/// The same as JSON, which has no tags.
fn as_json(node: &Node) -> Value {
    let plain = match &node.data {
        Data::Null => Value::Null,
        Data::Bool(flag) => (*flag).into(),
        Data::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| (**text).into()),
        Data::Text(text) => (**text).into(),
        Data::List(all) => all.iter().map(as_json).collect(),
        Data::Map(all) => {
            let all = all.iter();
            let all = all.map(|(key, node)| (key.text.to_string(), as_json(node)));
            Value::Object(all.collect())
        }
    };
    let Some((tag, _)) = &node.tag else {
        return plain;
    };
    let (name, argument) = match (&**tag, plain) {
        ("Ref" | "Condition", plain) => (tag.to_string(), plain),
        ("GetAtt", Value::String(text)) => {
            let (resource, attribute) = text.split_once('.').unwrap();
            let pair = [resource, attribute].map(Value::from);
            ("Fn::GetAtt".to_owned(), Value::Array(pair.into()))
        }
        (_, plain) => (format!("Fn::{tag}"), plain),
    };
    Value::Object(Map::from_iter([(name, argument)]))
}

#[test]
fn findings_point_to_what_they_name() {
    let folder = Folder::new("positions");
    let (mut templates, mut findings, mut own, mut wrong) = (0, 0, 0, String::new());
    for path in support::files(Path::new("testdata/rules"), ".yaml") {
        let name = path.to_string_lossy();
        if name.ends_with(".settings.yaml") {
            continue;
        }
        let settings = support::settings_of(name.strip_suffix(".yaml").unwrap());
        let text = std::fs::read_to_string(&path).unwrap();
        let root = read(&text, false);
        let rule = path.parent().unwrap().file_name().unwrap();
        let rule = rules::find(rule.to_str().unwrap()).unwrap();
        let judge = |input: &str| {
            check(&Options {
                rules: vec![rule],
                settings: settings.clone(),
                ..options(input)
            })
        };
        let json = serde_json::to_string_pretty(&as_json(&root)).unwrap();
        let copy = folder.file("template.json", &json);
        let [yaml_report, json_report] = [&*name, &copy].map(judge);
        if found(&yaml_report) != found(&json_report) {
            let both = (found(&yaml_report), found(&json_report));
            writeln!(wrong, "{name}: as JSON it is not the same: {both:?}").unwrap();
        }
        for (text, is_json, report) in [(&text, false, &yaml_report), (&json, true, &json_report)] {
            let parts = parts(&read(text, is_json));
            let (misplaced, in_own) = misplaced(text, &parts, report);
            own += in_own;
            for one in misplaced {
                writeln!(wrong, "{name}, JSON {is_json}: {one}").unwrap();
            }
        }
        templates += 1;
        findings += yaml_report.findings.len() + json_report.findings.len();
    }
    assert!(templates > 500 && findings > 300, "{templates} {findings}");
    assert!(
        own * 3 > findings * 2,
        "{own} of {findings} stand in what they name"
    );
    assert!(wrong.is_empty(), "{wrong}");
}
