//! What it may cost to work templates out: names that lead to names can make much of little text.

use std::cell::Cell;

use crate::model::value::{Data, Piece, Value};

/// Nodes that are worked out for one set of stacks: more are not.
const MOST_STEPS: usize = 5_000_000;

/// Bytes of text that functions may make for one set of stacks.
const MOST_TEXT: usize = 64 << 20;

/// How far expressions and names may lead on from one to the next.
const DEEPEST: usize = 20_000;

/// What was spent so far.
#[derive(Debug, Default)]
pub(super) struct Budget {
    steps: Cell<usize>,
    text: Cell<usize>,
    depth: Cell<usize>,
}

/// One step further from where all began, as long as this is there.
pub(super) struct Deeper<'b>(&'b Budget);

impl Drop for Deeper<'_> {
    fn drop(&mut self) {
        let depth = &self.0.depth;
        depth.set(depth.get().saturating_sub(1));
    }
}

impl Budget {
    /// Spends steps; whether there were as many.
    pub(super) fn steps(&self, number: usize) -> bool {
        self.steps.set(self.steps.get().saturating_add(number));
        self.steps.get() <= MOST_STEPS
    }

    /// Goes on from one expression to the next; none, if that is too far.
    pub(super) fn deeper(&self) -> Option<Deeper<'_>> {
        self.depth.set(self.depth.get().saturating_add(1));
        let deeper = Deeper(self);
        (self.depth.get() <= DEEPEST).then_some(deeper)
    }

    /// Spends what a value takes that a function made; whether there was as much.
    pub(super) fn pays(&self, value: &Value<'_>) -> bool {
        let (mut nodes, mut bytes) = (0, 0);
        weigh(value, &mut nodes, &mut bytes);
        self.text.set(self.text.get().saturating_add(bytes));
        self.steps(nodes) && self.text.get() <= MOST_TEXT
    }
}

fn weigh(value: &Value<'_>, nodes: &mut usize, bytes: &mut usize) {
    *nodes += 1;
    match &value.data {
        Data::Text(text) => *bytes += text.len(),
        Data::Template(pieces) => {
            *nodes += pieces.len();
            for piece in pieces {
                if let Piece::Known(text) = piece {
                    *bytes += text.len();
                }
            }
        }
        Data::List(all) => all.iter().for_each(|one| weigh(one, nodes, bytes)),
        Data::Map(map) => {
            for (name, one) in map.iter() {
                *bytes += name.len();
                weigh(one, nodes, bytes);
            }
        }
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::Unknown(_) => {}
    }
}
