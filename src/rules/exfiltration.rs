//! How data can leave the network of a workload: past every endpoint, or through that for Amazon S3 into a stranger's
//! bucket. Shared by the rules that ask whether it can.

use std::collections::BTreeSet;

use super::hops::paths_of;
use super::statements::named_hinges;
use super::{Context, Subject};
use crate::access::{Answer, Caller, Circumstances, Way};
use crate::finding::{Evidence, Verdict};
use crate::iam::{Action, Decision, Knowledge};
use crate::model::graph::ResourceId;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::network::{Exit, WayOut};
use crate::paths::{Leaving, Path, WorkloadKind, ways_out};
use crate::workload::JOB_KINDS;

/// Whether what a workload has can leave its network, told of `what` it does, in words.
pub(super) fn leaves(
    context: &Context<'_, '_>,
    workload: &Subject<'_, '_>,
    what: String,
) -> Verdict {
    let paths: Vec<&Path> = paths_of(context, workload, WORKLOADS).collect();
    let kind = workload.resource.kind();
    let judged = Judged {
        context,
        workload,
        what,
        is_job: kind.is_some_and(|kind| JOB_KINDS.contains(&kind)),
    };
    judged.all(&paths)
}

/// What reads and sends by itself, and not by what starts it.
pub(super) const WORKLOADS: &[WorkloadKind] = &[WorkloadKind::Notebook, WorkloadKind::DeclaredJob];

/// A workload of which it is asked.
struct Judged<'j, 'c, 'g, 's, 'b> {
    context: &'j Context<'c, 'g>,
    workload: &'j Subject<'s, 'b>,
    /// What it does, in words.
    what: String,
    is_job: bool,
}

impl Judged<'_, '_, '_, '_, '_> {
    fn all(&self, paths: &[&Path]) -> Verdict {
        let ways = ways_out(self.context.graph, &self.context.network, self.workload.id);
        let mut verdict = Verdict::Holds;
        let mut seen = BTreeSet::new();
        for leaving in &ways {
            let Some(one) = self.over_the_internet(leaving) else {
                continue;
            };
            // Several subnets that share a gateway are one way.
            let (Verdict::Broken(evidence) | Verdict::Unsure(evidence)) = &one else {
                continue;
            };
            if evidence.iter().all(|one| seen.insert(one.message.clone())) {
                verdict = verdict.worse(one);
            }
        }
        // Where the internet is open, nobody needs an endpoint.
        if matches!(verdict, Verdict::Broken(_)) {
            return verdict;
        }
        let mut endpoints = BTreeSet::new();
        for leaving in &ways {
            if let Some(WayOut {
                exit: Some(Exit::Endpoint(id)),
                ..
            }) = leaving.way
                && endpoints.insert(id)
            {
                verdict = verdict.worse(self.through(id, paths));
            }
        }
        verdict
    }

    /// A way that no policy of an endpoint stands on.
    fn over_the_internet(&self, leaving: &Leaving) -> Option<Verdict> {
        let what = &self.what;
        let exit = leaving.way.as_ref().and_then(|way| way.exit.as_ref());
        // What is not known may be an endpoint too: that a way over NAT is allowed says nothing of it.
        let is_allowed = self.context.settings.allow_nat_egress
            && matches!(exit, Some(Exit::Nat(..) | Exit::Elsewhere(_)));
        match (exit, leaving.is_open) {
            _ if is_allowed => return None,
            (Some(Exit::Endpoint(_)), _) | (_, Truth::No) => return None,
            (_, Truth::Unknown) => return Some(self.perhaps(leaving, exit)),
            (_, Truth::Yes) => {}
        }
        let (code, message, at, fix) = match exit {
            Some(Exit::Endpoint(_)) => return None,
            None if self.is_job => (
                "container-not-isolated",
                format!(
                    "{what} outside of any VPC and without network isolation, so its code can send them anywhere over \
                     the internet"
                ),
                leaving.at,
                "set `enable_network_isolation = true`, or run the job in subnets whose network leads only to endpoints",
            ),
            None => (
                "direct-internet",
                format!(
                    "{what}, and whoever works in it can send them anywhere over the internet access that SageMaker \
                     gives it, past every endpoint and its policy"
                ),
                leaving.at,
                "turn direct internet access off (of Studio: `VpcOnly`)",
            ),
            Some(Exit::Nat(name, at)) => (
                "nat-open-egress",
                format!(
                    "{what}, and can send them anywhere over the NAT gateway `{name}`: its security groups and network \
                     ACLs let that out"
                ),
                *at,
                "take the route to the NAT gateway away, or let the security groups out to endpoints only",
            ),
            Some(Exit::Elsewhere(at)) => (
                "nat-open-egress",
                format!("{what}, and can send them where the default route leads"),
                *at,
                "let the default route lead through something that inspects what leaves",
            ),
        };
        let mut evidence = Evidence::new(message, at).code(code).about(code).fix(fix);
        if at != leaving.at {
            evidence = evidence.related("this is where it stands", leaving.at);
        }
        Some(Verdict::Broken(vec![evidence]))
    }

    /// A way that may be there, or open.
    fn perhaps(&self, leaving: &Leaving, exit: Option<&Exit>) -> Verdict {
        let at = match exit {
            Some(Exit::Nat(_, at) | Exit::Elsewhere(at)) => *at,
            Some(Exit::Endpoint(_)) | None => leaving.at,
        };
        let (value, why) = match &leaving.hinges_on {
            Some(missing) => (missing.value.clone(), missing.why),
            None => (
                "where the default route leads".to_owned(),
                Why::ExternalResource,
            ),
        };
        let message = format!(
            "cannot tell whether data can leave: {}, and whether its network leads anywhere else hangs on {value}, which \
             is not known ({why})",
            self.what
        );
        let evidence = Evidence::new(message, at).about(value.as_str());
        Verdict::Unsure(vec![evidence.hinges_on(value, why)])
    }

    /// The endpoint for Amazon S3 lets requests to a stranger's bucket through: with the credentials of
    /// whoever works there, or with those of the role.
    fn through(&self, endpoint: ResourceId, paths: &[&Path]) -> Verdict {
        let name = self.context.graph.get(endpoint).address.as_str();
        let what = &self.what;
        let beside = self.context.access.object(endpoint);
        let brought = self.sends(&self.context.access.stranger(&beside), endpoint);
        match brought.decision() {
            Decision::Allowed => {
                let message = format!(
                    "{what}, and can send them into anybody's bucket through `{name}`, with credentials that somebody \
                     brings along: {}",
                    Self::by(&brought, "it has no policy of its own")
                );
                let evidence = Evidence::new(message, self.place(&brought, endpoint));
                let evidence = evidence
                    .code("s3-endpoint-foreign-bucket")
                    .about(name)
                    .fix(FIX_ENDPOINT);
                return Verdict::Broken(vec![evidence]);
            }
            Decision::Undecided => return self.open(&brought, endpoint),
            Decision::DeniedExplicitly | Decision::DeniedByDefault => {}
        }
        let role = paths.iter().find_map(|path| path.role.id);
        let Some(role) = role.and_then(|id| self.context.access.caller(id)) else {
            return Verdict::Holds;
        };
        let own = self.sends(&role, endpoint);
        match own.decision() {
            Decision::Allowed => {
                let message = format!(
                    "{what} as `{}`, which may write into anybody's bucket through `{name}`: {}",
                    role.name,
                    Self::by(&own, "nothing keeps it to own buckets")
                );
                let evidence = Evidence::new(message, self.place(&own, endpoint));
                let evidence = evidence.code("role-can-write-any-bucket").about(name).fix(
                    "name in the role's policies the buckets that it writes to, and demand `aws:ResourceAccount` in \
                     the policy of the endpoint",
                );
                Verdict::Broken(vec![evidence])
            }
            Decision::Undecided => self.open(&own, endpoint),
            Decision::DeniedExplicitly | Decision::DeniedByDefault => Verdict::Holds,
        }
    }

    fn sends(&self, caller: &Caller, endpoint: ResourceId) -> Answer {
        let access = &self.context.access;
        // Who comes from elsewhere is of no organization of the estate's, and neither is the bucket.
        let absent =
            ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths"].map(|key| (key, Knowledge::ABSENT));
        let not_theirs =
            ["aws:ResourceOrgID", "aws:ResourceOrgPaths"].map(|key| (key, Knowledge::ABSENT));
        let is_stranger = caller.id.is_none();
        let of_caller = absent.into_iter().filter(|_| is_stranger);
        let given: Circumstances =
            Way::Endpoint(endpoint).with(of_caller.chain(not_theirs).collect());
        let object = access.strangers_object(&access.object(endpoint));
        access.possible(caller, &Action::named("s3:PutObject"), &object, &given)
    }

    /// The statements of the estate that let it through.
    fn by(answer: &Answer, otherwise: &str) -> String {
        let written = answer.outcome.because.iter();
        let written = written.filter(|one| one.at.is_some_and(|at| at != Span::NOWHERE));
        let texts: Vec<_> = written.map(|one| one.text.as_str()).collect();
        if texts.is_empty() {
            otherwise.to_owned()
        } else {
            texts.join(", and ")
        }
    }

    fn place(&self, answer: &Answer, endpoint: ResourceId) -> Span {
        let mut places = answer.outcome.because.iter().filter_map(|one| one.at);
        let place = places.find(|at| *at != Span::NOWHERE);
        place.unwrap_or(self.context.graph.get(endpoint).origin)
    }

    fn open(&self, answer: &Answer, endpoint: ResourceId) -> Verdict {
        let access = &self.context.access;
        let hinges = access.hinges_of(answer);
        let facts: Vec<_> = hinges
            .iter()
            .map(|(value, why)| format!("`{value}` is not known ({why})"))
            .collect();
        let name = self.context.graph.get(endpoint).address.as_str();
        let message = format!(
            "cannot tell whether data can leave: {}, and whether `{name}` leads to anybody's bucket is open: {}",
            self.what,
            facts.join(", ")
        );
        let at = self.context.graph.get(endpoint).origin;
        let evidence = Evidence::new(message, at).about(name);
        Verdict::Unsure(vec![named_hinges(evidence, &hinges)])
    }
}

const FIX_ENDPOINT: &str = "let the endpoint's policy allow only own buckets: by name, or by `aws:ResourceAccount` or \
                            `aws:ResourceOrgID`";
