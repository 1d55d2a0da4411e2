//! Where stacks are deployed to: the account, region and partition, as far as somebody tells.

use super::World;
use crate::load::plan::partition_of;
use crate::model::source::Span;
use crate::model::value::{ProviderId, Reference, Referent, Value};
use crate::yaml::{Data, Node};

/// What ARNs begin with in each partition that people write out.
const PARTITIONS: &[(&str, &str)] = &[
    ("arn:aws:", "aws"),
    ("arn:aws-cn:", "aws-cn"),
    ("arn:aws-us-gov:", "aws-us-gov"),
];

/// An attribute of the place that a stack is deployed to: `account`, `region`, `partition`.
pub(super) fn of_place(attribute: &'static str, at: Span) -> Value<'static> {
    let reference = Reference {
        of: Referent::Provider(ProviderId(0)),
        attribute: attribute.into(),
    };
    Value::reference(reference, at)
}

impl World<'_> {
    /// The account that a stack is deployed to.
    pub(super) fn account(&self, stack: usize) -> Option<String> {
        let own = self.stack(stack).and_then(|stack| stack.account.clone());
        let told = own.or_else(|| self.beside.account.map(str::to_owned));
        told.or_else(|| self.taken_for("AWS::AccountId"))
    }

    /// The region, likewise.
    pub(super) fn region(&self, stack: usize) -> Option<String> {
        let own = self.stack(stack).and_then(|stack| stack.region.clone());
        let told = own.or_else(|| self.beside.region.map(str::to_owned));
        told.or_else(|| self.taken_for("AWS::Region"))
    }

    /// The partition of that region; else the one that is written in every ARN.
    pub(super) fn partition(&self, stack: usize) -> Option<String> {
        let region = self.region(stack);
        let of_region = region.map(|region| partition_of(&region).into_owned());
        let written = || self.written_partition().map(str::to_owned);
        of_region
            .or_else(written)
            .or_else(|| self.taken_for("AWS::Partition"))
    }

    fn written_partition(&self) -> Option<&'static str> {
        *self.written_partition.get_or_init(|| {
            let mut seen = [false; PARTITIONS.len()];
            for stack in &self.set.stacks {
                for (_, node) in &stack.template.resources {
                    search(node, &mut seen);
                }
            }
            let mut written = PARTITIONS.iter().zip(seen).filter(|(_, is)| *is);
            let (one, other) = (written.next(), written.next());
            one.filter(|_| other.is_none()).map(|((_, name), _)| *name)
        })
    }
}

fn search(node: &Node, seen: &mut [bool; PARTITIONS.len()]) {
    match &node.data {
        Data::Text(text) if text.contains("arn:aws") => {
            for ((begin, _), seen) in PARTITIONS.iter().zip(seen) {
                *seen |= text.contains(begin);
            }
        }
        Data::List(all) => all.iter().for_each(|one| search(one, seen)),
        Data::Map(all) => all.iter().for_each(|(_, one)| search(one, seen)),
        _ => {}
    }
}
