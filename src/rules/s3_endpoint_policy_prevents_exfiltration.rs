//! PG-VPCE-008.

use super::resource_policies::{WHO, each_policy, without_policy};
use super::statements::{about, called, hinged};
use super::workload_vpcs::is_beside_workload;
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::access::{Bound, allows, demanded, everybody, hinges, is_closed_by};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::condition::{ConditionValue, Test};
use crate::iam::policy::{Effect, ResourceEntry, Statement};
use crate::iam::text::Piece;
use crate::iam::{Action, Hinge, Policy, Text};
use crate::model::resource::Resource;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::network::serves;

pub(super) const RULE: Rule = Rule {
    id: "s3-endpoint-policy-prevents-exfiltration",
    alias: "PG-VPCE-008",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "the S3 endpoint of a workload's VPC leads to known buckets only",
    why: "Through an endpoint with AWS's own policy, code in the notebook or the job copies the dataset to \
          any bucket of the Region, also to one of somebody else's, and no route table or security group \
          sees a difference: it is the private path. Only the endpoint's policy can tell buckets apart. To \
          ask who calls (`aws:PrincipalOrgID`, `aws:PrincipalAccount`) is half of it: it keeps foreign \
          credentials out, not the workload's own from writing elsewhere (`principal-only-perimeter`, \
          medium). A pattern that somebody else's bucket can fit, and an endpoint that only reads from \
          everywhere, are medium.",
    unsure: "An endpoint without a policy breaks the rule. A statement closes the path if it lists buckets by \
             name, or demands `aws:ResourceAccount` or `aws:ResourceOrgID`; a denial for other accounts closes \
             it for all statements. Buckets of AWS's own, for packages, image layers and samples, may be \
             read. Judged are endpoints beside a workload, or beside an endpoint for SageMaker.",
    fix: "list the buckets in the endpoint's `policy`, or demand `aws:ResourceAccount` there",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Give SageMaker AI Processing Jobs Access to Resources in Your Amazon VPC, Use a Custom Endpoint Policy to Restrict Access to S3",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/process-vpc.html",
        },
        Link {
            title: "AWS IAM User Guide: AWS global condition context keys, aws:ResourceAccount",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/s3-endpoint-policy-prevents-exfiltration/fail.tf"),
        pass: include_str!("../../testdata/rules/s3-endpoint-policy-prevents-exfiltration/pass.tf"),
    },
    check: Check::Resource(&[Kind::Endpoint], check),
};

/// Keys of which a fixed value says whose buckets are meant.
const WHOSE: [&str; 4] = [
    "aws:resourceaccount",
    "s3:resourceaccount",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
];

/// What the names of buckets begin with that AWS offers to read from.
///
/// Source: Amazon S3 User Guide and Amazon ECR User Guide, "Minimum Amazon S3 bucket permissions for Amazon
/// ECR"; Amazon SageMaker AI Developer Guide, "Connect a Notebook Instance in a VPC to External Resources".
const OF_AWS: [&str; 7] = [
    "sagemaker-sample-files",
    "sagemaker-sample-data-",
    "jumpstart-cache-prod-",
    "packages.",
    "repo.",
    "amazonlinux",
    "al2023-repos-",
];

fn check(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    let is_s3 = serves(endpoint.resource, "s3");
    let concerned = match is_s3 {
        Truth::No => Truth::No,
        _ => is_beside_workload(context, endpoint.id),
    };
    if concerned == Truth::No {
        return Verdict::NotApplicable;
    }
    let policies = context.access.policies_of(endpoint.id);
    let lets =
        "lets whatever reaches it read and write anybody's buckets, also those of other accounts";
    let question = "whether this endpoint leads to known buckets only";
    let verdict = if let Some(evidence) = without_policy(endpoint, &policies, lets) {
        Verdict::Broken(vec![evidence])
    } else {
        each_policy(context, endpoint.resource, &policies, question, |carried| {
            judge(context, endpoint.resource, &carried.policy)
        })
    };
    if is_s3 == Truth::Unknown {
        let why = Why::KnownAfterApply;
        let value = endpoint.value_name("service_name");
        return verdict.if_so("whether this endpoint leads to Amazon S3", &value, why);
    }
    if concerned == Truth::Unknown {
        let value = format!(
            "the VPC of the workloads beside {}",
            endpoint.resource.address.as_str()
        );
        let question = "whether a workload stands in the VPC of this endpoint";
        return verdict.if_so(question, &value, Why::ExternalResource);
    }
    verdict
}

fn judge(context: &Context<'_, '_>, endpoint: &Resource<'_>, policy: &Policy) -> Verdict {
    let mut statements = policy.statements.iter();
    if statements.any(denies_other_accounts) {
        return Verdict::Holds;
    }
    let statements = policy.statements.iter();
    statements.fold(Verdict::Holds, |verdict, statement| {
        let one = Allowing {
            context,
            endpoint,
            policy,
            statement,
        };
        verdict.worse(one.judge())
    })
}

/// `Deny` on whatever belongs to other accounts or organizations than those listed.
fn denies_other_accounts(statement: &Statement) -> bool {
    let covers_all = statement.resources.as_ref().is_none_or(|resources| {
        // What `NotResource` names, it excepts.
        let mut entries = resources.entries.iter();
        if resources.negated {
            entries.all(|entry| bucket_of(entry) == Buckets::Named)
        } else {
            entries.any(|entry| bucket_of(entry) == Buckets::All)
        }
    });
    let is_everybody = statement.principals.as_ref().map(everybody);
    let mut conditions = statement.readable_conditions();
    let is_of_others = conditions.any(|condition| {
        let whose = WHOSE.contains(&condition.key.as_str());
        whose && condition.operator.negated && condition.values.iter().all(ConditionValue::is_fixed)
    });
    // What AWS's own services do is no matter of the workload's.
    let mut conditions = statement.readable_conditions();
    let no_others = conditions.all(|condition| {
        let key = condition.key.as_str();
        WHOSE.contains(&key)
            || key == "aws:principalisawsservice"
            || key == "aws:viaawsservice" && condition.operator.test == Test::Bool
    });
    statement.effect == Effect::Deny
        && is_everybody == Some(Truth::Yes)
        && covers(statement, WRITE) == Truth::Yes
        && covers_all
        && is_of_others
        && no_others
        && statement.conditions.len() == statement.readable_conditions().count()
}

const WRITE: &str = "s3:PutObject";
const READ: &str = "s3:GetObject";

fn covers(statement: &Statement, name: &str) -> Truth {
    Action::new(name).map_or(Truth::No, |action| statement.actions.cover(&action))
}

/// A statement that allows something, as one of an S3 endpoint.
struct Allowing<'s, 'c, 'g, 'a> {
    context: &'c Context<'g, 'a>,
    endpoint: &'s Resource<'s>,
    policy: &'s Policy,
    statement: &'s Statement,
}

impl Allowing<'_, '_, '_, '_> {
    fn judge(&self) -> Verdict {
        let statement = self.statement;
        let mut open = match (statement.effect, allows(statement)) {
            (_, Truth::No) => return Verdict::Holds,
            (Effect::Unknown(hole), _) => vec![Hinge::Hole(hole)],
            _ => Vec::new(),
        };
        let (writes, reads) = (covers(statement, WRITE), covers(statement, READ));
        if writes == Truth::No && reads == Truth::No {
            return Verdict::Holds;
        }
        match is_closed_by(statement, &WHOSE) {
            Bound::Closed => return self.whose(),
            Bound::Open => {}
            Bound::Unknown(hinges) => open.extend(hinges),
        }
        let Some((shown, reach)) = self.widest(writes != Truth::No) else {
            return Verdict::Holds;
        };
        if let Buckets::Unknown(hinges) = &reach {
            open.extend(hinges.iter().cloned());
        }
        let called = called(statement, self.policy);
        let does = if writes == Truth::No {
            "read from"
        } else {
            "write to"
        };
        let is_limited = self.who();
        let (severity, code) = match (&reach, writes, &is_limited) {
            (Buckets::Pattern, ..) | (_, Truth::No, _) => (Severity::Medium, None),
            (_, _, Bound::Closed) => (Severity::Medium, Some("principal-only-perimeter")),
            _ => (Severity::High, None),
        };
        let whose = match (&reach, writes, &is_limited) {
            (Buckets::Pattern, ..) => {
                format!(
                    "buckets that fit `{shown}`, which anybody may make in an account of their own"
                )
            }
            (_, Truth::Yes, Bound::Closed) => {
                "anybody's buckets: it asks who calls, not whose bucket it is".to_owned()
            }
            _ => "anybody's buckets, also those of other accounts".to_owned(),
        };
        let evidence = |message: String| {
            let evidence = Evidence::new(message, self.at())
                .about(about(statement, self.policy))
                .severity(severity);
            match code {
                Some(code) => evidence.code(code),
                None => evidence,
            }
        };
        if open.is_empty() {
            let message = format!("{called} lets the workload {does} {whose}");
            return Verdict::Broken(vec![evidence(message)]);
        }
        let question = format!("whether {called} lets the workload {does} anybody's buckets");
        let evidence = evidence(String::new());
        Verdict::Unsure(vec![hinged(
            self.context,
            Evidence {
                code: None,
                ..evidence
            },
            self.policy,
            &question,
            &open,
        )])
    }

    /// Whether a demanded account is the own one.
    fn whose(&self) -> Verdict {
        let statement = self.statement;
        let keys = ["aws:resourceaccount", "s3:resourceaccount"];
        let conditions = keys.iter().flat_map(|key| demanded(statement, key));
        let values = conditions.flat_map(|condition| &condition.values);
        let called = called(statement, self.policy);
        let mut verdict = Verdict::Holds;
        for account in values.map(|value| &value.text) {
            let shown = self.context.access.show(account);
            let about = format!("{} {shown}", about(statement, self.policy));
            let (is_own, open) = self.context.access.is_own_account(self.endpoint, account);
            verdict = verdict.worse(match is_own {
                Truth::Yes => Verdict::Holds,
                Truth::No => {
                    let message = format!(
                        "{called} leads to the buckets of account {shown}, which is not the endpoint's own"
                    );
                    let evidence = Evidence::new(message, self.at()).about(about);
                    Verdict::Broken(vec![evidence.severity(Severity::Medium)])
                }
                Truth::Unknown => {
                    let question = format!(
                        "whether account {shown}, to whose buckets {called} leads, is the endpoint's own"
                    );
                    let evidence = Evidence::new(String::new(), self.at()).about(about);
                    let evidence = evidence.severity(Severity::Medium);
                    Verdict::Unsure(vec![hinged(
                        self.context,
                        evidence,
                        self.policy,
                        &question,
                        &open,
                    )])
                }
            });
        }
        verdict
    }

    /// Whether the statement says who may call.
    fn who(&self) -> Bound {
        let principals = self.statement.principals.as_ref();
        if principals.map(everybody) == Some(Truth::No) {
            return Bound::Closed;
        }
        is_closed_by(self.statement, &WHO)
    }

    /// The entry of `Resource` that reaches furthest beyond named buckets, as written.
    fn widest(&self, writes: bool) -> Option<(String, Buckets)> {
        let Some(resources) = self.statement.resources.as_ref() else {
            return Some(("*".to_owned(), Buckets::All));
        };
        if resources.negated {
            return Some(("NotResource".to_owned(), Buckets::All));
        }
        let entries = resources.entries.iter().filter_map(|entry| {
            let text = &entry.pattern.pattern.text;
            let shown = self.context.access.show(text);
            match bucket_of(entry) {
                Buckets::Named => None,
                Buckets::Pattern if !writes && is_of_aws(text) => None,
                other => Some((shown, other)),
            }
        });
        entries.min_by_key(|(_, reach)| match reach {
            Buckets::All => 0,
            Buckets::Pattern => 1,
            Buckets::Unknown(_) | Buckets::Named => 2,
        })
    }

    fn at(&self) -> crate::model::source::Span {
        let resources = self.statement.resources.iter();
        let mut entries = resources.flat_map(|resources| &resources.entries);
        let wide = entries.find(|entry| bucket_of(entry) != Buckets::Named);
        wide.map_or(self.statement.at, |entry| entry.at)
    }
}

/// Which buckets an entry of `Resource` means.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Buckets {
    /// One, by its name, or none at all.
    Named,
    /// Those whose name fits a pattern.
    Pattern,
    /// Any.
    All,
    /// It depends on these.
    Unknown(Vec<Hinge>),
}

fn bucket_of(entry: &ResourceEntry) -> Buckets {
    let text = &entry.pattern.pattern.text;
    if entry.pattern.is_everything() {
        return Buckets::All;
    }
    let Some(fields) = text.fields(5) else {
        let is_unknown = text.holes().next().is_some();
        return match text.known_start().split_once('*') {
            Some(_) => Buckets::All,
            None if is_unknown => Buckets::Unknown(hinges(text)),
            None => Buckets::Named,
        };
    };
    let (Some(service), Some(account), Some(rest)) = (fields.get(2), fields.get(4), fields.get(5))
    else {
        return Buckets::All;
    };
    if service
        .known()
        .is_some_and(|service| !["s3", "*"].contains(&service))
    {
        return Buckets::Named;
    }
    if rest.known_start().starts_with("accesspoint/") {
        // Of an account that is named.
        let is_named = account.known().is_none_or(|id| !id.contains(['*', '?']));
        return if is_named {
            Buckets::Named
        } else {
            Buckets::All
        };
    }
    if service.known().is_none() && service.holes().any(|hole| hole.domain.admits('*')) {
        return Buckets::Unknown(hinges(text));
    }
    let mut name = String::new();
    let mut open = Vec::new();
    'name: for piece in rest.pieces() {
        match piece {
            Piece::Literal(text) => {
                let (before, after) = text
                    .split_once('/')
                    .map_or((text.as_str(), None), |(before, after)| {
                        (before, Some(after))
                    });
                name.push_str(before);
                if after.is_some() {
                    break 'name;
                }
            }
            Piece::Hole(hole) => {
                name.push('x');
                if hole.domain.admits('*') {
                    open.push(Hinge::Hole(hole.id));
                }
                if hole.domain.admits('/') && !hole.domain.admits('*') {
                    break 'name;
                }
            }
        }
    }
    match name.find(['*', '?']) {
        Some(0) => Buckets::All,
        Some(_) => Buckets::Pattern,
        None if open.is_empty() => Buckets::Named,
        None => Buckets::Unknown(open),
    }
}

/// Whether a pattern can only fit buckets that AWS offers to read from.
fn is_of_aws(text: &Text) -> bool {
    let start = text.known_start();
    let name = start.split_once(":::").map_or("", |(_, name)| name);
    let has_layers = name.starts_with("prod-") && name.contains("-starport-layer-bucket");
    has_layers || OF_AWS.iter().any(|known| name.starts_with(known))
}
