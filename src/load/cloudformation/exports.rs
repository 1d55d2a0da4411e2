//! Which templates hand values over by exports, told by the names as they are written.

use super::template::Template;
use crate::yaml::{Data, Node};

/// The name of an export as far as it is written: the texts between what is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(Vec<String>);

impl Name {
    /// A name of these texts, between each two of which something is not known.
    ///
    /// Separators alone between two unknown parts tell nothing, since what is not known may hold them.
    #[must_use]
    pub fn of_parts(mut parts: Vec<String>) -> Self {
        let last = parts.len().saturating_sub(1);
        let mut at = 0;
        parts.retain(|part| {
            let is_edge = at == 0 || at == last;
            at += 1;
            is_edge || part.chars().any(char::is_alphanumeric)
        });
        Self(parts)
    }

    /// Whether this is taken to be the name of that export: the same is written of both, or one of them is wholly
    /// written and can be the other. A name of which nothing is written may be any, and tells nothing.
    #[must_use]
    pub fn fits(&self, exported: &Self) -> bool {
        let tells =
            |name: &Self| matches!(name.0.as_slice(), [_]) || !name.0.iter().all(String::is_empty);
        if !tells(self) || !tells(exported) {
            return false;
        }
        match (self.0.as_slice(), exported.0.as_slice()) {
            ([whole], [_, _, ..]) => exported.may_be(whole),
            ([_, _, ..], [whole]) => self.may_be(whole),
            (one, other) => one == other,
        }
    }

    /// Whether a text begins and ends as this does, with what is written between in its order.
    fn may_be(&self, text: &str) -> bool {
        let [begin, between @ .., end] = self.0.as_slice() else {
            return self.0.first().is_some_and(|whole| whole == text);
        };
        let inner = text.strip_prefix(begin.as_str());
        let Some(mut rest) = inner.and_then(|inner| inner.strip_suffix(end.as_str())) else {
            return false;
        };
        between
            .iter()
            .all(|part| match rest.split_once(part.as_str()) {
                Some((_, behind)) => {
                    rest = behind;
                    true
                }
                None => false,
            })
    }

    /// What is written at its end.
    pub(super) fn end(mut self) -> String {
        self.0.pop().unwrap_or_default()
    }

    /// The name that a node gives.
    pub(super) fn of(node: &Node) -> Self {
        let mut parts = vec![String::new()];
        if let Some(text) = node.scalar() {
            literal(text, &mut parts);
        } else if let Some(text) = substituted(node) {
            written(text, &mut parts);
        } else if let Some([delimiter, list]) = argument(node, "Join").as_ref().and_then(pair) {
            let delimiter = delimiter.scalar().unwrap_or_default();
            for (at, element) in list.elements().unwrap_or_default().iter().enumerate() {
                if at > 0 {
                    literal(delimiter, &mut parts);
                }
                match element.scalar() {
                    Some(text) => literal(text, &mut parts),
                    None => match substituted(element) {
                        Some(text) => written(text, &mut parts),
                        None => hole(&mut parts),
                    },
                }
            }
        } else {
            hole(&mut parts);
        }
        Self::of_parts(parts)
    }
}

fn literal(text: &str, parts: &mut Vec<String>) {
    match parts.last_mut() {
        Some(last) => last.push_str(text),
        None => parts.push(text.to_owned()),
    }
}

fn hole(parts: &mut Vec<String>) {
    parts.push(String::new());
}

fn written(text: &str, parts: &mut Vec<String>) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        literal(before, parts);
        hole(parts);
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

    #[test]
    fn what_is_written_between_counts() {
        let exported = name("!Sub '${Env}-public-${AWS::Region}-subnet'");
        assert!(name("!Sub '${Stage}-public-${Where}-subnet'").fits(&exported));
        assert!(name("prod-public-eu-central-1-subnet").fits(&exported));
        assert!(!name("!Sub '${Env}-private-${AWS::Region}-subnet'").fits(&exported));
        assert!(!name("prod-private-eu-central-1-subnet").fits(&exported));
        assert!(!name("-public-subnet").fits(&name("!Sub '-public-${Env}-public-subnet'")));
        let stack = name("!Sub '${AWS::StackName}-vpc'");
        assert!(name("!Sub '${Project}-${Env}-vpc'").fits(&stack));
    }
}
