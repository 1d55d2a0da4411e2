//! From the events of the parser to the tree: places, tags, anchors, and the limits.
//!
//! Source: YAML 1.1; AWS CloudFormation User Guide, "CloudFormation template format"; RFC 8259, "The JavaScript
//! Object Notation (JSON) Data Interchange Format".

use std::collections::BTreeMap;
use std::sync::Arc;

use granit_parser::{Event, ScalarStyle, StructureStyle, Tag};
use serde::de::IgnoredAny;

use super::events::{Events, Step};
use super::merge::{self, MERGE, Written};
use super::refusal::{Page, shown};
use super::tags::{self, Wish};
use super::{Data, Document, Key, Node, ReadError, block, scalars};
use crate::model::source::{FileId, Span};

/// How deep lists and maps may nest, aliases followed.
pub(super) const DEEPEST: usize = 128;

/// How many nodes aliases may stand for in one text.
const FOLLOWED: usize = 200_000;

/// Reads a text of YAML with one document in it; spans are byte offsets into this text.
///
/// A byte order mark must be gone already. Duplicate keys, more than 128 levels, and aliases that stand for more
/// than 200,000 nodes are refused; time and memory are in proportion to the text.
///
/// # Errors
/// Why it is no tree, and where.
pub fn read_yaml(text: &str, file: FileId) -> Result<Document, ReadError> {
    Reader::new(text, file, scalars::plain)?.document()
}

/// Reads a text of JSON, strictly: nothing that only YAML allows. What [`read_yaml`] promises holds here too.
///
/// # Errors
/// Why it is no tree, and where.
pub fn read_json(text: &str, file: FileId) -> Result<Document, ReadError> {
    let reader = Reader::new(text, file, scalars::json)?;
    if text.bytes().all(|byte| byte.is_ascii_whitespace()) {
        return Err(reader.page.empty());
    }
    // It is known to be JSON before it is read as YAML, of which JSON is a part.
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => reader.document(),
        Err(error) => Err(reader.page.json(&error)),
    }
}

struct Reader<'t> {
    page: Page<'t>,
    events: Events<'t>,
    /// What a scalar without quotes and tags is.
    plain: fn(&str) -> Data,
    /// What has an anchor, by the parser's number of it; not while it is still open.
    anchors: BTreeMap<usize, Built>,
    followed: usize,
    depth: usize,
}

/// A node, and what it comes to.
#[derive(Debug, Clone)]
struct Built {
    node: Node,
    /// Where it ends in the text: for an alias, where the alias does.
    end: usize,
    /// How many nodes it is, aliases followed.
    size: usize,
    /// How deep lists and maps nest in it, aliases followed.
    height: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, file: FileId, plain: fn(&str) -> Data) -> Result<Self, ReadError> {
        let page = Page { text, file };
        if u32::try_from(text.len()).is_err() {
            let message = "this is larger than 4 GiB";
            return Err(ReadError::malformed(message, page.span(0, 0)));
        }
        Ok(Self {
            page,
            events: Events::of(page),
            plain,
            anchors: BTreeMap::new(),
            followed: 0,
            depth: 0,
        })
    }

    fn document(mut self) -> Result<Document, ReadError> {
        let root = loop {
            let step = self.events.step()?;
            match step.event {
                Event::StreamStart | Event::DocumentStart(..) => {}
                Event::StreamEnd => return Err(self.page.empty()),
                _ => break self.value(&step)?,
            }
        };
        loop {
            let step = self.events.step()?;
            match step.event {
                Event::DocumentEnd => {}
                Event::StreamEnd => break,
                _ => {
                    let message = "a second document begins here; only one can be read";
                    return Err(ReadError::malformed(message, self.span(&step)));
                }
            }
        }
        Ok(Document {
            root: root.node,
            comments: self.events.into_comments(),
        })
    }

    fn span(&self, step: &Step<'_>) -> Span {
        self.page.span(step.start, step.end)
    }

    /// The node that begins with an event. It calls itself no deeper than the limit.
    fn value(&mut self, step: &Step<'t>) -> Result<Built, ReadError> {
        let (anchor, built) = match &step.event {
            Event::Alias(anchor) => return self.alias(*anchor, step),
            Event::Scalar(text, style, anchor, tag) => {
                (*anchor, self.scalar(text, *style, tag.as_deref(), step)?)
            }
            Event::SequenceStart(_, anchor, tag) => {
                let tag = tags::of_collection(tag.as_deref(), "seq", step, self.page)?;
                self.enter(step)?;
                (*anchor, self.list(step, tag)?)
            }
            Event::MappingStart(_, anchor, tag) => {
                let tag = tags::of_collection(tag.as_deref(), "map", step, self.page)?;
                self.enter(step)?;
                (*anchor, self.map(step, tag)?)
            }
            _ => {
                return Err(ReadError::malformed(
                    "a value is missing here",
                    self.span(step),
                ));
            }
        };
        if anchor != 0 {
            self.anchors.insert(anchor, built.clone());
        }
        Ok(built)
    }

    fn enter(&mut self, step: &Step<'_>) -> Result<(), ReadError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEEPEST {
            return Err(ReadError::too_deep(self.span(step)));
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, step: &Step<'_>) -> Result<Built, ReadError> {
        let at = self.span(step);
        let Some(known) = self.anchors.get(&anchor) else {
            let message = "this stands for something of which it is a part";
            return Err(ReadError::refused(message, at));
        };
        self.followed = self.followed.saturating_add(known.size);
        if self.followed > FOLLOWED {
            let message = format!("the aliases up to here stand for more than {FOLLOWED} nodes");
            return Err(ReadError::refused(message, at));
        }
        if self.depth.saturating_add(known.height) > DEEPEST {
            return Err(ReadError::too_deep(at));
        }
        Ok(Built {
            end: step.end,
            ..known.clone()
        })
    }

    fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        step: &Step<'_>,
    ) -> Result<Built, ReadError> {
        let wish = tag.map(|tag| Wish::of(tag, step, self.page));
        let is_plain = style == ScalarStyle::Plain;
        let (data, tag) = match wish {
            None if is_plain => ((self.plain)(text), None),
            None | Some(Wish::Text) => (Data::Text(Arc::from(text)), None),
            Some(Wish::Custom(tag, at)) => (Data::Text(Arc::from(text)), Some((tag, at))),
            Some(Wish::Standard(kind, at)) => {
                let data = scalars::tagged(&kind, text).ok_or_else(|| {
                    let message = format!("`{}` is no `!!{}`", shown(text), shown(&kind));
                    ReadError::malformed(message, at)
                })?;
                (data, None)
            }
        };
        let (start, end) = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                block::place(self.page.text, step.start, step.end, text)
            }
            _ => (step.start, step.end),
        };
        Ok(Built {
            node: Node {
                data,
                span: self.page.span(start, end),
                tag,
            },
            end,
            size: 1,
            height: 0,
        })
    }

    fn list(
        &mut self,
        begin: &Step<'_>,
        tag: Option<(Arc<str>, Span)>,
    ) -> Result<Built, ReadError> {
        let mut elements = Vec::new();
        let mut sum = Sum::of(begin);
        loop {
            let step = self.events.step()?;
            if step.event == Event::SequenceEnd {
                let data = Data::List(Arc::from(elements));
                return Ok(self.leave(begin, &step, &sum, data, tag));
            }
            let built = self.value(&step)?;
            sum.add(&built);
            elements.push(built.node);
        }
    }

    fn map(&mut self, begin: &Step<'_>, tag: Option<(Arc<str>, Span)>) -> Result<Built, ReadError> {
        let mut written = Vec::new();
        let mut sum = Sum::of(begin);
        loop {
            let step = self.events.step()?;
            if step.event == Event::MappingEnd {
                let entries = merge::entries(written).map_err(|clash| self.page.clash(&clash))?;
                let data = Data::Map(Arc::from(entries));
                return Ok(self.leave(begin, &step, &sum, data, tag));
            }
            let (key, is_merge) = self.key(&step)?;
            let step = self.value_of(key.span)?;
            let built = self.value(&step)?;
            sum.add(&built);
            written.push(Written {
                key,
                value: built.node,
                is_merge,
            });
        }
    }

    /// The event that begins the value of a key, where the value begins.
    fn value_of(&mut self, key: Span) -> Result<Step<'t>, ReadError> {
        let mut step = self.events.step()?;
        let text = self.page.text;
        match step.event {
            // The parser puts an empty value before the colon of its key; without one, before what comes next.
            Event::Scalar(_, ScalarStyle::Plain, 0, None) if step.start == step.end => {
                let is_colon = text.as_bytes().get(step.start) == Some(&b':');
                step.start = if is_colon {
                    step.start.saturating_add(1)
                } else {
                    step.start.min(key.end as usize)
                };
                step.end = step.start;
            }
            // It puts a list no deeper than its key behind the first `-` and the comment there; any other list
            // has its line for itself.
            Event::SequenceStart(StructureStyle::Block, ..) => {
                let comment = self.events.last_comment();
                let comment = comment.filter(|at| at.end as usize == step.start);
                let until = comment.map_or(step.start, |at| at.start as usize);
                let before = self.page.slice(0, until).trim_end_matches([' ', '\t']);
                if let Some(before) = before.strip_suffix('-') {
                    step.start = before.len();
                    step.end = step.start;
                }
            }
            _ => {}
        }
        Ok(step)
    }

    /// The key that an event is, and whether it takes over other maps.
    fn key(&mut self, step: &Step<'t>) -> Result<(Key, bool), ReadError> {
        let mut at = self.span(step);
        let missing = |at| Err(ReadError::malformed("a key is missing here", at));
        let (text, is_merge) = match &step.event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = *style == ScalarStyle::Plain;
                if is_plain && step.start == step.end {
                    return missing(at);
                }
                let tag = tag.as_deref();
                let built = self.scalar(text, *style, tag, step)?;
                if let Some((_, place)) = built.node.tag {
                    return Err(ReadError::malformed("a key cannot have a tag", place));
                }
                at = built.node.span;
                if *anchor != 0 {
                    self.anchors.insert(*anchor, built);
                }
                (
                    Arc::from(&**text),
                    is_plain && tag.is_none() && text == MERGE,
                )
            }
            Event::Alias(anchor) => {
                let node = self.alias(*anchor, step)?.node;
                match node.scalar() {
                    Some(text) => (Arc::from(text), false),
                    None => return missing(at),
                }
            }
            _ => {
                return Err(ReadError::malformed(
                    "a key must be text, no list and no map",
                    at,
                ));
            }
        };
        Ok((Key { text, span: at }, is_merge))
    }

    /// The list or map between two events.
    fn leave(
        &mut self,
        begin: &Step<'_>,
        end: &Step<'_>,
        sum: &Sum,
        data: Data,
        tag: Option<(Arc<str>, Span)>,
    ) -> Built {
        self.depth = self.depth.saturating_sub(1);
        let opens = self.page.slice(begin.start, begin.end);
        // Without brackets, the parser ends it where the next thing begins.
        let end = if matches!(opens, "[" | "{") {
            end.end
        } else {
            sum.end
        };
        Built {
            node: Node {
                data,
                span: self.page.span(begin.start, end),
                tag,
            },
            end,
            size: sum.size,
            height: sum.height.saturating_add(1),
        }
    }
}

/// What the parts of a list or map come to.
struct Sum {
    end: usize,
    size: usize,
    height: usize,
}

impl Sum {
    fn of(begin: &Step<'_>) -> Self {
        Self {
            end: begin.end,
            size: 1,
            height: 0,
        }
    }

    fn add(&mut self, part: &Built) {
        self.end = self.end.max(part.end);
        self.size = self.size.saturating_add(part.size);
        self.height = self.height.max(part.height);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::told::told;

    fn yaml(text: &str) -> String {
        told(text, read_yaml)
    }

    /// The one error of a text.
    fn error(text: &str) -> String {
        let told = yaml(text);
        let is_error = told.starts_with("refused") || told.starts_with("malformed");
        assert!(is_error, "{text}: {told}");
        told
    }

    #[test]
    fn places_cover_what_is_written() {
        for (text, expected) in [
            (
                "a: 'it''s' # c\n",
                "map \"a: 'it''s'\"\na: \"a\"\ntext \"it's\" \"'it''s'\"\ncomment behind \"c\" \"# c\"",
            ),
            (
                "a:\nb:\n\n",
                "map \"a:\\nb:\"\na: \"a\"\nnull \"\"\nb: \"b\"\nnull \"\"",
            ),
            (
                "-\n- é\n# c\n\n",
                "list \"-\\n- é\"\nnull \"\"\ntext \"é\" \"é\"\ncomment alone \"c\" \"# c\"",
            ),
            (
                "[a, {b: c, d}, e: f]",
                "list \"[a, {b: c, d}, e: f]\"\ntext \"a\" \"a\"\nmap \"{b: c, d}\"\nb: \"b\"\ntext \"c\" \"c\"\nd: \"d\"\nnull \"\"\nmap \"e: f\"\ne: \"e\"\ntext \"f\" \"f\"",
            ),
            (
                "a: !Ref\n",
                "map \"a: !Ref\"\na: \"a\"\n!Ref \"!Ref\" text \"\" \"\"",
            ),
            (
                "!If\n- !Ref 12\n- !Foo::Bar {}\n",
                "!If \"!If\" list \"- !Ref 12\\n- !Foo::Bar {}\"\n!Ref \"!Ref\" text \"12\" \"12\"\n!Foo::Bar \"!Foo::Bar\" map \"{}\"",
            ),
            (
                "a: |  # c\n  x\n   y\n\n\nb: >-\n  z\n  z\n\nc: 1",
                "map \"a: |  # c\\n  x\\n   y\\n\\n\\nb: >-\\n  z\\n  z\\n\\nc: 1\"\na: \"a\"\ntext \"x\\n y\\n\" \"x\\n   y\\n\"\nb: \"b\"\ntext \"z z\" \"z\\n  z\"\nc: \"c\"\nnumber 1 \"1\"\ncomment behind \"c\" \"# c\"",
            ),
            (
                "a: &x [1]\nb: *x",
                "map \"a: &x [1]\\nb: *x\"\na: \"a\"\nlist \"[1]\"\nnumber 1 \"1\"\nb: \"b\"\nlist \"[1]\"\nnumber 1 \"1\"",
            ),
            (
                "a:\n- # c\n  -5\n",
                r##"map "a:\n- # c\n  -5"
a: "a"
list "- # c\n  -5"
number -5 "-5"
comment behind "c" "# c""##,
            ),
            (
                "a: |\n\n? b\n\n",
                r#"map "a: |\n\n? b"
a: "a"
text "" ""
b: "b"
null """#,
            ),
            (
                "? a\n: b\n",
                "map \"? a\\n: b\"\na: \"a\"\ntext \"b\" \"b\"",
            ),
        ] {
            assert_eq!(yaml(text), expected, "{text}");
        }
    }

    #[test]
    fn says_why_a_text_is_no_tree() {
        for (text, expected) in [
            ("", "malformed: there is nothing in it: \"\""),
            ("# c\n", "malformed: there is nothing in it: \"\""),
            (
                "a: 1\n---\nb: 2",
                "malformed: a second document begins here; only one can be read: \"---\"",
            ),
            (
                "a: 1\nb: 2\na: 3",
                "refused: the key `a` is there twice: on line 1 and on line 3: \"a\"",
            ),
            (
                "{\"a\": 1, a: 2}",
                "refused: the key `a` is there twice: both on line 1: \"a\"",
            ),
            (
                "? [a]\n: b",
                "malformed: a key must be text, no list and no map: \"[\"",
            ),
            (": b", "malformed: a key is missing here: \"\""),
            ("!Sub a: b", "malformed: a key cannot have a tag: \"!Sub\""),
            ("a:\n\tb: 1", "malformed: tabs cannot indent YAML: \"\\t\""),
            (
                "a:\n  b: c\n\td: 1",
                "malformed: tabs cannot indent YAML: \"\\t\"",
            ),
            (
                "a: [*b]",
                "malformed: nothing before `*b` has this anchor: \"*b\"",
            ),
            (
                "a: &a [*a]",
                "refused: this stands for something of which it is a part: \"*a\"",
            ),
            ("a: \"b", "malformed: unclosed quote: \"\\\"\""),
            (
                "a: *",
                "malformed: `*` needs quotes here, or a name behind it: \"*\"",
            ),
            (
                "a: b: c",
                "malformed: mapping values are not allowed in this context: \":\"",
            ),
            (
                "a: \0",
                "malformed: the character `\\u{0}` cannot stand here: \"\\0\"",
            ),
        ] {
            assert_eq!(error(text), expected, "{text}");
        }
    }

    #[test]
    fn merges_maps() {
        let base = "x: &x {p: 1, q: 2}\ny: &y {q: 3, r: 4}\nz:\n";
        for (text, expected) in [
            ("  <<: *x\n  q: 5", "p1 q5"),
            ("  q: 5\n  <<: *x", "q5 p1"),
            ("  <<: [*x, *y]\n", "p1 q2 r4"),
            ("  <<: {s: 6}\n  t: 7", "s6 t7"),
            ("  << : []\n  t: 7", "t7"),
            ("  '<<': 8\n", "<<8"),
        ] {
            let document = read_yaml(&format!("{base}{text}"), Span::NOWHERE.file).unwrap();
            let entries = document.root.get("z").unwrap().entries();
            let told: Vec<_> = entries
                .iter()
                .map(|(key, value)| format!("{}{}", key.text, value.scalar().unwrap()))
                .collect();
            assert_eq!(told.join(" "), expected, "{text}");
        }
        let wrong = "malformed: `<<` takes a map or a list of maps: \"<<\"";
        assert_eq!(error("<<: 1"), wrong);
        assert_eq!(error("<<: [{}, 1]"), wrong);
        assert_eq!(error("<<: !Foo {}"), wrong);
        let twice = "refused: the key `<<` is there twice: on line 1 and on line 2: \"<<\"";
        assert_eq!(error("<<: {}\n<<: {}"), twice);
    }

    #[test]
    fn json_is_strict() {
        let json = |text: &str| told(text, read_json);
        for (text, expected) in [
            (
                "[1e400, -0, true, null, \"yes\", \"\\ud83d\\ude00\\/\"]",
                "list \"[1e400, -0, true, null, \\\"yes\\\", \\\"\\\\ud83d\\\\ude00\\\\/\\\"]\"\nnumber 1e400 \"1e400\"\nnumber -0 \"-0\"\ntrue \"true\"\nnull \"null\"\ntext \"yes\" \"\\\"yes\\\"\"\ntext \"😀/\" \"\\\"\\\\ud83d\\\\ude00\\\\/\\\"\"",
            ),
            (
                "{\"<<\"\n\t:{}\r\n}",
                "map \"{\\\"<<\\\"\\n\\t:{}\\r\\n}\"\n<<: \"\\\"<<\\\"\"\nmap \"{}\"",
            ),
            (" \n", "malformed: there is nothing in it: \"\""),
            ("[1,]", "malformed: this is not JSON: expected value: \"]\""),
            (
                "{'a': 1}",
                "malformed: this is not JSON: key must be a string: \"'\"",
            ),
            (
                "[yes]",
                "malformed: this is not JSON: expected value: \"y\"",
            ),
            (
                "{\n}\nx",
                "malformed: this is not JSON: trailing characters: \"x\"",
            ),
            (
                "{\"a\": 1, \"a\": 2}",
                "refused: the key `a` is there twice: both on line 1: \"\\\"a\\\"\"",
            ),
        ] {
            assert_eq!(json(text), expected, "{text}");
        }
        assert!(json("[\"\\ud800\"]").starts_with("malformed"));
        // YAML takes fewer characters into quotes than JSON does.
        for (character, is_read) in [
            ('\u{85}', true),
            ('\u{2028}', true),
            ('\u{feff}', true),
            ('\u{7f}', false),
        ] {
            let text = format!("\"{character}\"");
            assert_eq!(json(&text).starts_with("text"), is_read, "{character:?}");
        }
    }
}
