//! The events of the parser, with their bytes in the text; its comments are put aside.
//!
//! Source: YAML 1.1.

use granit_parser::{Event, Parser, Placement, StrInput};

use super::read::DEEPEST;
use super::refusal::Page;
use super::{Comment, ReadError};
use crate::model::source::Span;

pub(super) struct Events<'t> {
    page: Page<'t>,
    parser: Parser<'t, StrInput<'t>>,
    comments: Vec<Comment>,
}

/// An event with its bytes in the text, and those of the tag it carries.
pub(super) struct Step<'t> {
    pub(super) event: Event<'t>,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) tag: Option<(usize, usize)>,
}

impl<'t> Events<'t> {
    pub(super) fn of(page: Page<'t>) -> Self {
        let options = granit_parser::options! {
            flow_nesting_limit: DEEPEST,
            block_nesting_limit: DEEPEST,
            // JSON has long keys, and people write long comments: the text itself is the limit.
            simple_key_max_lookahead: page.text.len().max(1024),
            max_buffered_comment_events: page.text.len().max(96),
            // A block at the end of the text ends as it is written.
            block_scalar_eof_without_line_feed: true,
        };
        Self {
            page,
            parser: Parser::new_from_str_with_options(page.text, options),
            comments: Vec::new(),
        }
    }

    /// The next event that is no comment.
    pub(super) fn step(&mut self) -> Result<Step<'t>, ReadError> {
        loop {
            let (event, span) = match self.parser.next_event() {
                Some(Ok(found)) => found,
                Some(Err(error)) => return Err(self.page.scan(&error)),
                None => (Event::StreamEnd, granit_parser::Span::default()),
            };
            let bytes = |span: granit_parser::Span| span.byte_range().unwrap_or_default();
            let tag = span.tag_span().map(bytes).map(|tag| (tag.start, tag.end));
            let range = bytes(span);
            let Event::Comment(text, placement) = event else {
                return Ok(Step {
                    event,
                    start: range.start,
                    end: range.end,
                    tag,
                });
            };
            self.comments.push(Comment {
                text: text.trim().to_owned(),
                at: self.page.span(range.start, range.end),
                is_behind: placement == Placement::Right,
            });
        }
    }

    /// Where the comment stands that came last.
    pub(super) fn last_comment(&self) -> Option<Span> {
        self.comments.last().map(|comment| comment.at)
    }

    /// The comments so far.
    pub(super) fn into_comments(mut self) -> Vec<Comment> {
        // The parser tells of a comment behind `|` after the text of the block.
        self.comments.sort_by_key(|comment| comment.at.start);
        self.comments
    }
}
