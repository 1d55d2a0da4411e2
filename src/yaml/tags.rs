//! What a tag asks for: `!Ref` is the author's own, `!!str` is YAML's.
//!
//! Source: YAML 1.1, "Language-Independent Types for YAML"; AWS CloudFormation User Guide, "CloudFormation
//! template format".

use std::sync::Arc;

use granit_parser::Tag;

use super::ReadError;
use super::events::Step;
use super::refusal::{Page, shown};
use crate::model::source::Span;

/// The namespace of tags such as `!!str`.
const STANDARD: &str = "tag:yaml.org,2002:";

/// What a tag asks for.
pub(super) enum Wish {
    /// The tag is one of the author's own.
    Custom(Arc<str>, Span),
    /// A standard type, `str` of `!!str`, and the place of the tag.
    Standard(String, Span),
    /// `!` alone: no type is to be guessed.
    Text,
}

impl Wish {
    pub(super) fn of(tag: &Tag, step: &Step<'_>, page: Page<'_>) -> Self {
        let (start, end) = step.tag.unwrap_or((step.start, step.end));
        let at = page.span(start, end);
        if tag.parts() == ("", "!") {
            return Self::Text;
        }
        if let Some(kind) = tag.suffix_in_namespace(STANDARD) {
            return Self::Standard(kind.into_owned(), at);
        }
        let (handle, suffix) = tag.parts();
        let name = match (handle, suffix.strip_prefix('!')) {
            ("!", _) => suffix.to_owned(),
            ("", Some(own)) => own.to_owned(),
            _ => format!("{handle}{suffix}"),
        };
        Self::Custom(Arc::from(name), at)
    }
}

/// The tag of a list or map, unless it is the one that it would have anyway.
pub(super) fn of_collection(
    tag: Option<&Tag>,
    expected: &str,
    step: &Step<'_>,
    page: Page<'_>,
) -> Result<Option<(Arc<str>, Span)>, ReadError> {
    match tag.map(|tag| Wish::of(tag, step, page)) {
        None | Some(Wish::Text) => Ok(None),
        Some(Wish::Custom(tag, at)) => Ok(Some((tag, at))),
        Some(Wish::Standard(kind, _)) if kind == expected => Ok(None),
        Some(Wish::Standard(kind, at)) => {
            let message = format!("`!!{}` is not read here", shown(&kind));
            Err(ReadError::malformed(message, at))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::yaml::read_yaml;
    use crate::yaml::told::told;

    #[test]
    fn tags_type_scalars_or_stay() {
        for (text, expected) in [
            ("!!str 12", "text \"12\" \"12\""),
            ("!!int '12'", "number 12 \"'12'\""),
            ("!!int x", "malformed: `x` is no `!!int`: \"!!int\""),
            (
                "!!timestamp 2012-10-17",
                "text \"2012-10-17\" \"2012-10-17\"",
            ),
            ("! 12", "text \"12\" \"12\""),
            ("!<!Ref> x", "!Ref \"!<!Ref>\" text \"x\" \"x\""),
            ("!<tag:yaml.org,2002:str> 1", "text \"1\" \"1\""),
            (
                "%TAG !e! tag:e,1:\n---\n!e!f x",
                "!tag:e,1:f \"!e!f\" text \"x\" \"x\"",
            ),
            ("!!map {}", "map \"{}\""),
            (
                "!!omap []",
                "malformed: `!!omap` is not read here: \"!!omap\"",
            ),
            ("!!str []", "malformed: `!!str` is not read here: \"!!str\""),
            ("!Sub true", "!Sub \"!Sub\" text \"true\" \"true\""),
            ("!Ref", "!Ref \"!Ref\" text \"\" \"\""),
            (
                "!GetAtt\n- 1",
                "!GetAtt \"!GetAtt\" list \"- 1\"\nnumber 1 \"1\"",
            ),
            (
                "!Foo # c\na: b",
                "!Foo \"!Foo\" map \"a: b\"\na: \"a\"\ntext \"b\" \"b\"\ncomment behind \"c\" \"# c\"",
            ),
        ] {
            assert_eq!(told(text, read_yaml), expected, "{text}");
        }
    }
}
