//! PG-S3-012.

use super::execution_role_not_admin::{is_administrators, makes_administrators};
use super::execution_role_permissions_narrow::{gives_away_a_service, holders, is_broad, who};
use super::hops::distinct;
use super::identity_policies::{covers, perhaps_more};
use super::people::shortened;
use super::relevant_buckets::{Relevant, relevant};
use super::statements::{about, called, open, unsure};
use super::suggested_statement::{name, named};
use super::{Check, Context, Example, Link, NO_SCP, Rule, RuleKind, Subject};
use crate::access::{
    Answer, AttachedPolicy, Caller, Way, allows, demanded, hinges, is_by_aws, is_of_bucket,
    open_parts,
};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::{ResourceEntry, Statement};
use crate::iam::text::Piece;
use crate::iam::{Action, Decision, Hinge, Layer, Policy, Text};
use crate::model::graph::ResourceId;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "role-s3-access-limited-to-relevant-buckets",
    alias: "PG-S3-012",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "roles that workloads run as read, write and list only the buckets that the work is about, and change none of them",
    why: "With `s3:GetObject` on `*`, a cell of a notebook reads the data of every other team whose bucket does not \
          deny it; with `s3:PutObject` it overwrites it (high). A pattern in the name of the bucket reaches every \
          bucket that is called so, those made later included. `s3:PutObjectAcl`, `s3:PutBucketAcl`, \
          `s3:PutReplicationConfiguration` and their like give the data away without reading it \
          (`bucket-changes`). Where only declared jobs run as the role, a bucket that none of them reads or writes \
          is more than they need (`other-bucket`).",
    unsure: "Roles of workloads and roles that trust SageMaker count. Which buckets the code of a notebook works with \
             is not told, so that those which its policy names are taken for them; a name that starts with \
             `sagemaker-` is that of SageMaker's own bucket. A variable in the place of the name is one name; one \
             in the place of the whole ARN may be `*`, and leaves it open. Conditions on tags of objects, and on \
             access points, limit a statement. Administrators, `s3:*` and statements with `NotAction` or \
             `NotResource` are a matter of execution-role-not-admin and execution-role-permissions-narrow, and \
             `s3:PutBucketPolicy` is one of execution-role-cannot-escalate.",
    fix: "name the ARNs of the bucket and of the folder in `Resource`, and leave out what changes buckets",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: How to use SageMaker AI execution roles",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
        },
        Link {
            title: "Service Authorization Reference: Actions, resources, and condition keys for Amazon S3",
            url: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html",
        },
    ],
    assumes: &[NO_SCP],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/role-s3-access-limited-to-relevant-buckets/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/role-s3-access-limited-to-relevant-buckets/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::Role], check),
};

/// What is done with objects, and what shows which there are.
const DATA: [&str; 5] = [
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:PutObject",
    "s3:DeleteObject",
    LIST,
];

const LIST: &str = "s3:ListBucket";

/// What changes a bucket, or who may reach what is in it.
const CHANGES: [&str; 8] = [
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
    "s3:PutReplicationConfiguration",
    "s3:PutEncryptionConfiguration",
    "s3:BypassGovernanceRetention",
];

/// Keys of conditions that leave only some objects of all buckets.
const LIMITS: [&str; 5] = [
    "s3:existingobjecttag/*",
    "aws:resourcetag/*",
    "s3:buckettag/*",
    "s3:dataaccesspointarn",
    "s3:accessgrantsinstancearn",
];

const QUESTION: &str = "which buckets this execution role reaches";

fn check(context: &Context<'_, '_>, role: &Subject<'_, '_>) -> Verdict {
    if context.is_execution_role(role.id) != Truth::Yes {
        return Verdict::NotApplicable;
    }
    let Some(caller) = context.access.caller(role.id) else {
        return Verdict::NotApplicable;
    };
    let attached = context.access.attached(role.id);
    let relevant = relevant(context, role.id);
    let policies = attached.policies.iter();
    let verdict = policies.fold(Verdict::Holds, |verdict, one| {
        let holders = holders(context, one);
        // What several roles hold is told of the first of them.
        if holders.first().is_some_and(|first| *first != role.id) {
            return verdict;
        }
        let judged = Judged {
            context,
            caller: &caller,
            who: who(context, role.id, &holders),
            // Another role may be for other buckets.
            relevant: relevant.as_ref().filter(|_| holders.len() < 2),
        };
        verdict.worse(judged.policy(one))
    });
    verdict.worse(perhaps_more(&attached, role.resource, QUESTION))
}

/// How many buckets an entry of `Resource` reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Buckets {
    None,
    One,
    Unknown,
    Pattern,
    Every,
}

impl Buckets {
    fn of(entry: &ResourceEntry) -> Self {
        if entry.pattern.is_everything() {
            return Self::Every;
        }
        let text = &entry.pattern.pattern.text;
        let Some(fields) = text.fields(5) else {
            // Only what begins with a hole may be anything.
            let start = text.known_start();
            return match start.is_empty() && text.holes().next().is_some() {
                true if text.pieces().len() == 1
                    && text.holes().any(|one| one.domain.admits('*')) =>
                {
                    Self::Unknown
                }
                true => Self::One,
                false if "arn:aws:s3:::".starts_with(start) => Self::Unknown,
                false => Self::None,
            };
        };
        let is_s3 = fields.get(2).and_then(Text::known);
        if is_s3.is_some_and(|service| service != "s3" && !service.contains(['*', '?'])) {
            return Self::None;
        }
        // Access points, jobs and the like have an account.
        let account = fields.get(4).map(Text::known_start).unwrap_or_default();
        if !account.is_empty() && !account.contains(['*', '?']) {
            return Self::None;
        }
        let Some(rest) = fields.get(5) else {
            return Self::Every;
        };
        // What the name of the bucket says, up to the slash.
        let (mut literals, mut has_holes, mut is_ended) = (String::new(), false, false);
        for piece in rest.pieces() {
            match piece {
                Piece::Hole(_) => has_holes = true,
                Piece::Literal(text) => {
                    let name = text.split('/').next().unwrap_or_default();
                    literals.push_str(name);
                    is_ended = name.len() < text.len();
                }
            }
            if is_ended {
                break;
            }
        }
        if !has_holes && !literals.is_empty() && literals.chars().all(|one| one == '*') {
            return Self::Every;
        }
        if literals.contains(['*', '?']) && !literals.starts_with("sagemaker-") {
            return Self::Pattern;
        }
        Self::One
    }
}

struct Judged<'j, 'g, 'a> {
    context: &'j Context<'g, 'a>,
    caller: &'j Caller,
    who: String,
    relevant: Option<&'j Relevant>,
}

impl Judged<'_, '_, '_> {
    fn policy(&self, one: &AttachedPolicy<'_, '_>) -> Verdict {
        let policy = &one.policy;
        if let Some(arn) = one.arn.as_deref().filter(|arn| is_by_aws(arn)) {
            let name = arn.rsplit('/').next().unwrap_or(arn);
            if is_administrators(name) || is_broad(name) {
                return Verdict::Holds;
            }
            return self.by_aws(one, name);
        }
        if makes_administrators(policy) {
            return Verdict::Holds;
        }
        let statements = policy.statements.iter();
        let known = statements.fold(Verdict::Holds, |verdict, statement| {
            verdict.worse(self.statement(policy, statement))
        });
        known.worse(open(self.context, policy, QUESTION))
    }

    /// What AWS wrote for one service is no finding, unless it is for every bucket.
    fn by_aws(&self, one: &AttachedPolicy<'_, '_>, name: &str) -> Verdict {
        let statements = one.policy.statements.iter();
        let wide = statements.filter(|statement| {
            allows(statement) == Truth::Yes
                && !statement.actions.negated
                && reach(statement).0 == Buckets::Every
        });
        let actions = wide.flat_map(|statement| self.data_of(statement, Buckets::Every));
        let actions = distinct(actions.filter(|action| *action != LIST));
        if actions.is_empty() {
            return Verdict::Holds;
        }
        let actions: Vec<_> = actions.iter().map(|one| format!("`{one}`")).collect();
        let message = format!(
            "`{name}` is attached to {}, by {}: it allows {} on every bucket",
            self.who,
            one.said_by.address.as_str(),
            shortened(&actions)
        );
        let evidence = Evidence::new(message, one.said_by.origin)
            .about(name)
            .severity(Severity::High);
        Verdict::Broken(vec![self.mended(evidence)])
    }

    /// What a statement allows with data, and what of it is not kept out otherwise where it is for others' buckets
    /// too.
    fn data_of(&self, statement: &Statement, reach: Buckets) -> Vec<&'static str> {
        let covered = DATA.into_iter();
        let covered = covered.filter(|action| covers(&statement.actions, action) == Truth::Yes);
        covered
            .filter(|action| reach == Buckets::One || self.may_elsewhere(action))
            .collect()
    }

    /// Whether nothing else, a boundary or a denial, keeps the role from a bucket that nobody knows.
    fn may_elsewhere(&self, action: &'static str) -> bool {
        let arn = match action {
            LIST => "arn:aws:s3:::any other bucket",
            _ => "arn:aws:s3:::any other bucket/any object",
        };
        let access = &self.context.access;
        let beside = access.no_object(self.caller);
        let object = beside.neighbour(arn.into(), "any other bucket");
        let circumstances = Way::Unknown.with(Vec::new());
        let action = Action::named(action);
        let answer = access.ask(self.caller, &action, &object, &circumstances);
        answer.decision() != Decision::DeniedExplicitly && !is_bounded(&answer)
    }

    fn statement(&self, policy: &Policy, statement: &Statement) -> Verdict {
        let context = self.context;
        let grants = allows(statement);
        if grants == Truth::No || statement.actions.negated {
            return Verdict::Holds;
        }
        let whole = gives_away_a_service(statement, "s3");
        let is_limited = LIMITS
            .iter()
            .any(|key| demanded(statement, key).next().is_some());
        let (reach, open) = reach(statement);
        let data = self.data_of(statement, reach);
        let mut parts = Vec::new();
        let mut severity = Severity::Medium;
        let (mut code, mut why) = (None, "");
        let is_wide = matches!(reach, Buckets::Every | Buckets::Pattern);
        // All of a service is told by another rule.
        if is_wide && !data.is_empty() && !is_limited && !whole {
            let objects = data.iter().any(|one| *one != LIST);
            let where_to = match reach {
                Buckets::Every => "every bucket".to_owned(),
                _ => format!("every bucket whose name fits {}", self.patterns(statement)),
            };
            if reach == Buckets::Every && objects {
                severity = Severity::High;
            }
            parts.push(format!("{} on {where_to}", listed(&data)));
        }
        let others = self.others(statement);
        if !others.is_empty() && !data.is_empty() && parts.is_empty() {
            code = Some("other-bucket");
            parts.push(format!("{} on {}", listed(&data), shortened(&others)));
            why = ": none of the jobs that run as it reads or writes there";
        }
        let changes = CHANGES.into_iter();
        let changes: Vec<_> = changes
            .filter(|action| covers(&statement.actions, action) == Truth::Yes)
            .collect();
        if !whole && !changes.is_empty() && reach > Buckets::None && reach != Buckets::Unknown {
            code = code.or(parts.is_empty().then_some("bucket-changes"));
            if parts.is_empty() {
                why = ": with that, their code changes the bucket, or who reaches its objects";
            }
            parts.push(listed(&changes));
        }
        let is_open = reach == Buckets::Unknown && !data.is_empty() && !is_limited && !whole;
        if !parts.is_empty() && grants == Truth::Yes {
            let message = format!(
                "{} allows {} to {}{why}",
                called(statement, policy),
                parts.join(", and "),
                self.who,
            );
            let evidence = Evidence::new(message, statement.at)
                .about(about(statement, policy))
                .severity(severity);
            let evidence = match code {
                Some("bucket-changes") => evidence
                    .code("bucket-changes")
                    .fix("leave these actions out: no workload needs them"),
                Some(code) => evidence.code(code).fix(
                    "leave that bucket out of `Resource`, or declare it as an input or output of the job",
                ),
                None => self.mended(evidence),
            };
            return Verdict::Broken(vec![evidence]);
        }
        if is_open || !parts.is_empty() {
            let mut hinges = open_parts(statement);
            hinges.extend(open);
            let evidence = unsure(context, policy, statement, QUESTION, &hinges);
            return Verdict::Unsure(vec![evidence]);
        }
        Verdict::Holds
    }

    fn patterns(&self, statement: &Statement) -> String {
        let resources = statement.resources.iter();
        let entries = resources.flat_map(|one| &one.entries);
        let wide = entries.filter(|one| Buckets::of(one) == Buckets::Pattern);
        let names = wide.filter_map(|entry| {
            let rest = entry.pattern.pattern.text.fields(5)?.into_iter().nth(5)?;
            let name = self.context.access.show(&rest);
            Some(format!("`{}`", name.split('/').next().unwrap_or(&name)))
        });
        shortened(&distinct(names))
    }

    /// The buckets of the input that a statement names, and no job under the role is about.
    fn others(&self, statement: &Statement) -> Vec<String> {
        let Some(relevant) = self.relevant else {
            return Vec::new();
        };
        let entries = statement.resources.iter().filter(|one| !one.negated);
        let texts: Vec<_> = entries
            .flat_map(|one| &one.entries)
            .map(|entry| &entry.pattern.pattern.text)
            .collect();
        let others = relevant.others.iter().filter(|id| {
            let arn = self.context.access.arn(**id);
            arn.is_some_and(|arn| texts.iter().any(|text| is_of_bucket(text, &arn)))
        });
        let settings = &self.context.settings.trusted_buckets;
        let others = others.filter(|id| !self.context.is_named_by(settings, **id));
        let named = |id: &ResourceId| format!("`{}`", self.context.graph.get(*id).address.as_str());
        others.map(named).collect()
    }

    /// With the buckets that the declared jobs under the role work with.
    fn mended(&self, evidence: Evidence) -> Evidence {
        let Some(relevant) = self.relevant.filter(|one| !one.used.is_empty()) else {
            return evidence;
        };
        let graph = self.context.graph;
        let used = relevant.used.iter().flat_map(|id| {
            ["", "/*"].map(|inside| named(graph, *id, inside).map(|one| name(&one, graph)))
        });
        let used: Vec<_> = used.flatten().collect();
        if used.is_empty() {
            return evidence;
        }
        evidence.fix(format!(
            "name the buckets that its jobs read and write in `Resource`: `[{}]`",
            used.join(", ")
        ))
    }
}

/// How far a statement reaches, and what leaves that open.
fn reach(statement: &Statement) -> (Buckets, Vec<Hinge>) {
    let Some(resources) = &statement.resources else {
        return (Buckets::None, Vec::new());
    };
    // A matter of another rule.
    if resources.negated {
        return (Buckets::None, Vec::new());
    }
    let each = resources.entries.iter().map(|one| (Buckets::of(one), one));
    let mut open = Vec::new();
    let mut widest = Buckets::None;
    for (reach, entry) in each {
        if reach == Buckets::Unknown {
            open.extend(hinges(&entry.pattern.pattern.text));
        }
        widest = widest.max(reach);
    }
    (widest, open)
}

/// Whether a boundary or the organization keeps a request out.
fn is_bounded(answer: &Answer) -> bool {
    let bounds = [Layer::Boundary, Layer::ServiceControl];
    answer.decision() == Decision::DeniedByDefault
        && answer
            .outcome
            .because
            .iter()
            .any(|one| bounds.contains(&one.layer))
}

fn listed(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|one| format!("`{one}`")).collect();
    shortened(&names)
}
