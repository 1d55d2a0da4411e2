//! Trees as text with the text of their places, for tests.

use super::{Data, Document, Node, ReadError};
use crate::model::source::{FileId, SourceMap};

/// Every node and key of a text, with what its place covers.
pub(super) fn told(text: &str, read: fn(&str, FileId) -> Result<Document, ReadError>) -> String {
    let mut sources = SourceMap::default();
    let file = sources.add("text", text.to_owned());
    let mut lines = Vec::new();
    match read(text, file) {
        Ok(document) => {
            tell(&document.root, &sources, &mut lines);
            for comment in document.comments {
                let is_behind = if comment.is_behind { "behind" } else { "alone" };
                let slice = sources.slice(comment.at);
                lines.push(format!("comment {is_behind} {:?} {slice:?}", comment.text));
            }
        }
        Err(error) => {
            let kind = if error.is_well_formed {
                "refused"
            } else {
                "malformed"
            };
            lines.push(format!(
                "{kind}: {}: {:?}",
                error.message,
                sources.slice(error.at)
            ));
        }
    }
    lines.join("\n")
}

fn tell(node: &Node, sources: &SourceMap, lines: &mut Vec<String>) {
    let tag = node.tag.as_ref().map_or(String::new(), |(tag, at)| {
        format!("!{tag} {:?} ", sources.slice(*at))
    });
    let said = match &node.data {
        Data::Null => "null".to_owned(),
        Data::Bool(flag) => flag.to_string(),
        Data::Number(text) => format!("number {text}"),
        Data::Text(text) => format!("text {text:?}"),
        Data::List(_) => "list".to_owned(),
        Data::Map(_) => "map".to_owned(),
    };
    lines.push(format!("{tag}{said} {:?}", sources.slice(node.span)));
    for element in node.elements().unwrap_or_default() {
        tell(element, sources, lines);
    }
    for (key, value) in node.entries() {
        lines.push(format!("{}: {:?}", key.text, sources.slice(key.span)));
        tell(value, sources, lines);
    }
}
