//! Buckets that logs are written into: nobody expects them to log into themselves, and some take no key of the
//! customer's.
//!
//! Sources: Amazon S3 User Guide, "Enabling Amazon S3 server access logging"; Elastic Load Balancing User Guide,
//! "Enable access logs for your Application Load Balancer".

use std::collections::BTreeSet;

use super::Context;
use crate::access::demanded;
use crate::iam::policy::{Effect, PrincipalKind, Statement};
use crate::iam::{Text, equal_texts};
use crate::model::graph::{ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::value::Value;
use crate::model::vocabulary::Kind;

/// The accounts by which Elastic Load Balancing writes access logs, in regions where no service principal does.
const OF_LOAD_BALANCING: [&str; 26] = [
    "009996457667",
    "027434742980",
    "033677994240",
    "037604701340",
    "048591011584",
    "054676820928",
    "076674570225",
    "098369216593",
    "114774131450",
    "127311923021",
    "156460612806",
    "190560391635",
    "383597477331",
    "507241528517",
    "582318560864",
    "589379963580",
    "600734575887",
    "635631232127",
    "638102146993",
    "652711504416",
    "718504428378",
    "754344448648",
    "783225319266",
    "797873946194",
    "897822967062",
    "985666609251",
];

/// The services that write logs which only the encryption of S3 itself may lie under.
const WITHOUT_KEY: [&str; 3] = [
    "logging.s3.amazonaws.com",
    "logdelivery.elasticloadbalancing.amazonaws.com",
    "logdelivery.elb.amazonaws.com",
];

/// The services that write other logs.
const WITH_KEY: [&str; 3] = [
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "delivery.logs.amazonaws.com",
];

/// The buckets that logs are written into.
#[derive(Debug, Default)]
pub(super) struct LogDestinations {
    all: BTreeSet<ResourceId>,
    without_key: BTreeSet<ResourceId>,
}

impl LogDestinations {
    pub(super) fn of(context: &Context<'_, '_>) -> Self {
        let mut found = Self::default();
        for (id, resource) in context.graph.iter() {
            match resource.kind() {
                Some(Kind::Bucket) => {
                    let logging = context.graph.parts(id, Kind::BucketLog).found;
                    for part in &logging {
                        found.access_logs(context, Some(id), part.get("target_bucket"));
                    }
                    found.told_by_bucket(context, id);
                }
                // One whose bucket is not of the input has a destination all the same.
                Some(Kind::BucketLog) => {
                    let target = resource.get("target_bucket");
                    let from = bucket(context, resource.get("bucket"));
                    found.access_logs(context, from, target);
                }
                Some(Kind::Trail) => {
                    found
                        .all
                        .extend(bucket(context, resource.get("s3_bucket_name")));
                }
                _ => {}
            }
        }
        found
    }

    /// Whether any logs are written into a bucket.
    pub(super) fn has(&self, bucket: ResourceId) -> bool {
        self.all.contains(&bucket)
    }

    /// Whether logs are written into a bucket that cannot lie under a key of the customer's.
    pub(super) fn takes_no_key(&self, bucket: ResourceId) -> bool {
        self.without_key.contains(&bucket)
    }

    fn access_logs(
        &mut self,
        context: &Context<'_, '_>,
        from: Option<ResourceId>,
        target: Option<&Value<'_>>,
    ) {
        // What logs into itself holds more than logs.
        let target = bucket(context, target).filter(|target| Some(*target) != from);
        self.all.extend(target);
        self.without_key.extend(target);
    }

    /// What its own ACL and policy say of a bucket.
    fn told_by_bucket(&mut self, context: &Context<'_, '_>, id: ResourceId) {
        let acls = context.graph.parts(id, Kind::BucketAcl).found;
        let is_for_logs = acls.iter().any(|part| {
            let acl = part.get("acl").and_then(Value::as_text);
            acl.is_some_and(|acl| acl == "log-delivery-write" || acl == "LogDeliveryWrite")
        });
        let policies = context.access.policies_of(id).policies;
        let own = context.access.arn(id).unwrap_or_default();
        let statements = policies.iter().flat_map(|one| &one.policy.statements);
        let mut statements = statements.filter(|one| !is_for_its_own(one, &own));
        if is_for_logs
            || statements
                .clone()
                .any(|one| lets_in(one, &WITHOUT_KEY, true))
        {
            self.all.insert(id);
            self.without_key.insert(id);
        } else if statements.any(|one| lets_in(one, &WITH_KEY, false)) {
            self.all.insert(id);
        }
    }
}

/// Whether an account is AWS's own, which load balancers write their logs as.
pub(super) fn is_of_load_balancing(account: &Text) -> bool {
    account
        .known()
        .is_some_and(|id| OF_LOAD_BALANCING.contains(&id))
}

fn bucket(context: &Context<'_, '_>, value: Option<&Value<'_>>) -> Option<ResourceId> {
    match context.graph.target(value?, &[Kind::Bucket]) {
        Target::Resource(id) => Some(id),
        _ => None,
    }
}

/// Whether a statement is for what the bucket with this ARN itself makes S3 write.
fn is_for_its_own(statement: &Statement, bucket: &Text) -> bool {
    let mut sources = demanded(statement, "aws:sourcearn");
    sources.any(|condition| {
        let mut values = condition.values.iter();
        values.all(|value| equal_texts(&value.text, bucket) == Truth::Yes)
    })
}

/// Whether a statement lets one of these services in, or a load balancer.
fn lets_in(statement: &Statement, services: &[&str], or_load_balancer: bool) -> bool {
    let principals = statement.principals.iter().filter(|one| !one.negated);
    let mut entries = principals.flat_map(|one| &one.entries);
    statement.effect == Effect::Allow
        && entries.any(|entry| match entry.kind {
            PrincipalKind::Service => {
                let name = entry.text.known();
                name.is_some_and(|name| services.contains(&name))
            }
            _ => or_load_balancer && entry.account.as_ref().is_some_and(is_of_load_balancing),
        })
}
