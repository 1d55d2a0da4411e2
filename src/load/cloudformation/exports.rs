//! Which templates hand values over by exports, told by the names as they are written.

use super::template::Template;
use crate::yaml::{Data, Node};

/// The name of an export as far as it is written: its begin and its end, and whether nothing stands between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    begin: String,
    end: String,
    is_whole: bool,
}

impl Name {
    /// Whether this may be the name of that export. A name of which nothing is written may be any, and tells
    /// nothing.
    pub(super) fn fits(&self, exported: &Self) -> bool {
        let tells = |name: &Self| name.is_whole || !(name.begin.is_empty() && name.end.is_empty());
        if !tells(self) || !tells(exported) {
            return false;
        }
        let within = |whole: &Self, open: &Self| {
            whole.begin.len() >= open.begin.len() + open.end.len()
                && whole.begin.starts_with(&open.begin)
                && whole.begin.ends_with(&open.end)
        };
        match (self.is_whole, exported.is_whole) {
            (true, true) => self.begin == exported.begin,
            (true, false) => within(self, exported),
            (false, true) => within(exported, self),
            (false, false) => self.begin == exported.begin && self.end == exported.end,
        }
    }

    /// What is written at its end.
    pub(super) fn end(self) -> String {
        self.end
    }

    /// The name that a node gives.
    pub(super) fn of(node: &Node) -> Self {
        let (mut parts, mut is_whole) = (vec![String::new()], true);
        if let Some(text) = node.scalar() {
            literal(text, &mut parts);
        } else if let Some(text) = substituted(node) {
            written(text, &mut parts, &mut is_whole);
        } else if let Some([delimiter, list]) = argument(node, "Join").as_ref().and_then(pair) {
            let delimiter = delimiter.scalar().unwrap_or_default();
            for (at, element) in list.elements().unwrap_or_default().iter().enumerate() {
                if at > 0 {
                    literal(delimiter, &mut parts);
                }
                match element.scalar() {
                    Some(text) => literal(text, &mut parts),
                    None => match substituted(element) {
                        Some(text) => written(text, &mut parts, &mut is_whole),
                        None => hole(&mut parts, &mut is_whole),
                    },
                }
            }
        } else {
            hole(&mut parts, &mut is_whole);
        }
        Self {
            begin: parts.first().cloned().unwrap_or_default(),
            end: parts.last().cloned().unwrap_or_default(),
            is_whole,
        }
    }
}

fn literal(text: &str, parts: &mut Vec<String>) {
    match parts.last_mut() {
        Some(last) => last.push_str(text),
        None => parts.push(text.to_owned()),
    }
}

fn hole(parts: &mut Vec<String>, is_whole: &mut bool) {
    parts.push(String::new());
    *is_whole = false;
}

fn written(text: &str, parts: &mut Vec<String>, is_whole: &mut bool) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        literal(before, parts);
        hole(parts, is_whole);
        rest = after.split_once('}').map_or("", |(_, behind)| behind);
    }
    literal(rest, parts);
}

fn pair(node: &Node) -> Option<[Node; 2]> {
    match node.elements()? {
        [one, other] => Some([one.clone(), other.clone()]),
        _ => None,
    }
}

fn substituted(node: &Node) -> Option<&str> {
    if let Some((tag, _)) = &node.tag {
        return match &node.data {
            Data::Text(text) if **tag == *"Sub" => Some(text),
            _ => None,
        };
    }
    let argument = node.get("Fn::Sub")?;
    let first = argument.elements().and_then(<[Node]>::first);
    first.unwrap_or(argument).scalar()
}

/// What a function of this name is given, if the node calls it.
fn argument(node: &Node, function: &str) -> Option<Node> {
    match &node.tag {
        Some((tag, _)) => (**tag == *function).then(|| Node {
            tag: None,
            ..node.clone()
        }),
        None => node.get(&format!("Fn::{function}")).cloned(),
    }
}

/// The names of what a template exports.
pub(super) fn exported(template: &Template) -> Vec<Name> {
    let outputs = template.outputs.iter();
    let names = outputs.filter_map(|(_, output)| output.get("Export")?.get("Name"));
    names.map(Name::of).collect()
}

/// The names of what a template imports.
pub(super) fn imported(template: &Template) -> Vec<Name> {
    let mut found = Vec::new();
    for (_, node) in template.resources.iter().chain(&template.outputs) {
        search(node, &mut found);
    }
    found.dedup();
    found
}

fn search(node: &Node, found: &mut Vec<Name>) {
    if let Some(argument) = argument(node, "ImportValue") {
        found.push(Name::of(&argument));
        return;
    }
    match &node.data {
        Data::List(all) => all.iter().for_each(|one| search(one, found)),
        Data::Map(all) => all.iter().for_each(|(_, one)| search(one, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source::SourceMap;
    use crate::yaml::read_yaml;

    fn name(text: &str) -> Name {
        let mut sources = SourceMap::default();
        let file = sources.add("name", text.to_owned());
        Name::of(&read_yaml(text, file).unwrap().root)
    }

    #[test]
    fn names_fit_where_the_same_is_written() {
        let exported = name("!Sub '${AWS::StackName}-VPCID'");
        assert!(name("!Sub ${Network}-VPCID").fits(&exported));
        assert!(name("prod-VPCID").fits(&exported));
        assert!(name("Fn::Join: ['-', [!Ref Network, VPCID]]").fits(&exported));
        assert!(!name("!Sub ${Network}-SubnetID").fits(&exported));
        assert!(!name("!Ref Name").fits(&exported));
    }
}
