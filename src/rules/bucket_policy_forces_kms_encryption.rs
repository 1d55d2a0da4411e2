//! PG-S3-002.

use super::denials::{
    Denied, ENCRYPTION, ENCRYPTION_KEY, is_for_want_of_a_key, leaves_out_services, to_everybody,
    value_in_words, without_policy,
};
use super::people::shortened;
use super::resource_policies::{graded, missing};
use super::seals::seal_of;
use super::statements::{about, called, hinged, open};
use super::suggested_statement::{name, named, quoted};
use super::{Check, Context, Example, Link, PROTECTED_BUCKETS, Rule, RuleKind, Subject};
use crate::access::{Encryption, Object, ResourcePolicies, has_fixed_values, hinges};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::condition::{Condition, Test};
use crate::iam::policy::{Clause, Effect, Statement};
use crate::iam::text::Domain;
use crate::iam::{self, Action, Decision, Hinge, Knowledge, Policy, Text};
use crate::model::graph::{ResourceId, Target};
use crate::model::source::Span;
use crate::model::statement::Name;
use crate::model::truth::Truth;
use crate::model::vocabulary::{Kind, Language};
use crate::paths::{Step, WorkloadKind, way_of};
use crate::seals::Purpose;
use crate::workload::JOB_KINDS;

pub(super) const RULE: Rule = Rule {
    id: "bucket-policy-forces-kms-encryption",
    alias: "PG-S3-002",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Medium,
    summary: "a bucket policy denies everybody to upload under another encryption than KMS, or under another key than the bucket's",
    why: "Default encryption counts only for an upload that asks for none: with a header, whoever writes puts the \
          object under SSE-S3, which everybody decrypts who reads, or under a key of another account, which locks \
          the owner out. A denial of a header that is not the wanted one must leave uploads without it alone \
          (`Null` = `false` on the same header in the same statement); `StringNotEquals` and \
          `StringNotEqualsIfExists` count one that is not sent as another value, so that they deny writers who \
          rely on the default (`denies-default-encryption`: high where a job of the input is one, low where the \
          code in a notebook may be).",
    unsure: "Judged for buckets that count as protected, and one level less for others that have such a denial; not \
             for those that AWS services deliver logs to, unless workloads use them. Either header is enough: the one on the algorithm leaves the key open, and the one on the key leaves \
             SSE-S3 open. AWS services, and principals by name, may be left out of the denial. A bucket without a \
             policy breaks the rule.",
    fix: "deny `s3:PutObject` to `*` if `s3:x-amz-server-side-encryption-aws-kms-key-id` is not the bucket's key \
          (`StringNotEquals`) and is sent at all (`Null` = `false`), and the same for \
          `s3:x-amz-server-side-encryption` with `aws:kms`",
    references: &[
        Link {
            title: "Amazon S3 User Guide: Using server-side encryption with AWS KMS keys (SSE-KMS)",
            url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
        },
        Link {
            title: "AWS IAM User Guide: IAM JSON policy elements: Condition operators (IfExists, Null)",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
        },
    ],
    assumes: &[PROTECTED_BUCKETS],
    example: Example {
        fail: include_str!("../../testdata/rules/bucket-policy-forces-kms-encryption/fail.tf"),
        pass: include_str!("../../testdata/rules/bucket-policy-forces-kms-encryption/pass.tf"),
    },
    check: Check::Resource(&[Kind::Bucket], check),
};

const QUESTION: &str = "whether this bucket refuses uploads under another encryption";

const HEADERS: [&str; 2] = [ENCRYPTION, ENCRYPTION_KEY];

const PUT: &str = "s3:PutObject";

/// No key of anybody's: the id of one has no spaces.
const OTHER_KEY: &str = "arn:aws:kms:eu-central-1:000000000000:key/a key of somebody else";

/// What an upload may ask for.
struct Uploads {
    /// SSE-S3.
    free: iam::Context,
    /// KMS, under whatever key is the default.
    managed: iam::Context,
    /// A key of somebody else.
    foreign: iam::Context,
    /// The bucket's own key, by each of its names; none if it has none, or it is not known.
    own: Vec<iam::Context>,
}

fn upload(algorithm: &str, key: Option<Text>) -> iam::Context {
    let context = iam::Context::closed().with(ENCRYPTION, Knowledge::value(algorithm));
    match key {
        Some(key) => context.with(ENCRYPTION_KEY, Knowledge::value(key)),
        None => context,
    }
}

impl Uploads {
    fn of(context: &Context<'_, '_>, key: Option<&Object>) -> Self {
        let names = key.into_iter().flat_map(|key| {
            let id = key.id.map(|id| context.access.attribute(id, "key_id"));
            [Some(key.arn.clone()), id].into_iter().flatten()
        });
        Self {
            free: upload("AES256", None),
            managed: upload("aws:kms", None),
            foreign: upload("aws:kms", Some(OTHER_KEY.into())),
            own: names.map(|name| upload("aws:kms", Some(name))).collect(),
        }
    }

    /// Whether conditions on headers deny what should be asked for: the bucket's own key, else KMS.
    fn denies_own(&self, statement: &Statement) -> Truth {
        let by_key = conditions_on(statement, ENCRYPTION_KEY).next();
        if by_key.is_some_and(|one| one.values.iter().any(names_alias)) {
            return Truth::No;
        }
        match (self.own.is_empty(), by_key) {
            (false, _) => {
                let each = self.own.iter().map(|own| by_headers(statement, own));
                each.fold(Truth::Yes, Truth::and)
            }
            (true, None) => by_headers(statement, &self.managed),
            // Which key is wanted is not told otherwise.
            (true, Some(_)) => Truth::No,
        }
    }
}

fn names_alias(value: &crate::iam::condition::ConditionValue) -> bool {
    let pieces = value.text.pieces().iter();
    let mut literals = pieces.filter_map(|piece| match piece {
        iam::text::Piece::Literal(text) => Some(text),
        iam::text::Piece::Hole(_) => None,
    });
    literals.any(|text| text.contains("alias/"))
}

fn conditions_on<'s>(
    statement: &'s Statement,
    key: &'s str,
) -> impl Iterator<Item = &'s Condition> {
    let conditions = statement.readable_conditions();
    conditions.filter(move |one| one.key == key && one.operator.test != Test::Null)
}

fn is_about_headers(statement: &Statement) -> bool {
    let mut conditions = statement.readable_conditions();
    conditions.any(|one| HEADERS.contains(&one.key.as_str()))
}

/// Whether the conditions of a statement on headers hold for an upload.
fn by_headers(statement: &Statement, upload: &iam::Context) -> Truth {
    let conditions = statement.readable_conditions();
    let about = conditions.filter(|one| HEADERS.contains(&one.key.as_str()));
    about.fold(Truth::Yes, |all, one| all.and(one.holds_in(upload)))
}

/// Whether a condition leaves nobody out of a denial but AWS services, and principals by name.
fn leaves_out_few(condition: &Condition) -> Truth {
    let by_name = ["aws:principalarn", "aws:userid"].contains(&condition.key.as_str());
    if by_name && condition.operator.negated && condition.absent() {
        return has_fixed_values(condition);
    }
    leaves_out_services(condition).into()
}

fn check(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Verdict {
    let policies = context.access.policies_of(bucket.id);
    let statements = policies.policies.iter();
    let mut statements = statements.flat_map(|carried| &carried.policy.statements);
    let is_tried = statements.any(|one| one.effect != Effect::Allow && demands_kms(one));
    let severity = context.on_protected(bucket.id, Severity::Medium);
    // Services put their logs there under an encryption of their own choice.
    let is_for_logs = || {
        context.log_destinations().has(bucket.id)
            && seal_of(context, bucket.id, Purpose::Read).is_none()
    };
    if !is_tried && (severity != Severity::Medium || is_for_logs()) {
        return Verdict::NotApplicable;
    }
    let object = context.access.object(bucket.id);
    let encryption = context.access.encryption(&object);
    let key = match &encryption {
        Encryption::Key(key) => Some(key.as_ref()),
        _ => None,
    };
    let forced = forced(context, bucket, key, &policies);
    let mut verdict = graded(forced, severity);
    for carried in &policies.policies {
        for statement in &carried.policy.statements {
            verdict = verdict.worse(of_default(
                context,
                &object,
                key,
                &carried.policy,
                statement,
            ));
        }
    }
    verdict
}

/// Whether a statement denies by headers, and not uploads under KMS.
fn demands_kms(statement: &Statement) -> bool {
    let managed = upload("aws:kms", None);
    let by_key = conditions_on(statement, ENCRYPTION_KEY).next();
    is_about_headers(statement)
        && (by_key.is_some() || by_headers(statement, &managed) != Truth::Yes)
}

/// Whether everybody is denied to upload under something else.
fn forced(
    context: &Context<'_, '_>,
    bucket: &Subject<'_, '_>,
    key: Option<&Object>,
    policies: &ResourcePolicies<'_, '_>,
) -> Verdict {
    let uploads = Uploads::of(context, key);
    let arn = context.access.arn(bucket.id).unwrap_or_default();
    let writing = Denied::of(PUT, &arn, true);
    let (mut forced, mut unknown) = (Truth::No, Vec::new());
    for carried in &policies.policies {
        for statement in &carried.policy.statements {
            forced = forced.or(forces(&writing, statement, &uploads, &mut unknown));
        }
    }
    if forced == Truth::Yes {
        return Verdict::Holds;
    }
    let mut verdict = Verdict::Holds;
    for carried in &policies.policies {
        verdict = verdict.worse(open(context, &carried.policy, QUESTION));
    }
    if let Some(why) = policies.perhaps_more {
        let evidence = missing(bucket.resource, why, QUESTION);
        verdict = verdict.worse(Verdict::Unsure(vec![evidence]));
    }
    if verdict != Verdict::Holds {
        return verdict;
    }
    match policies.policies.first() {
        Some(carried) if forced == Truth::Unknown => {
            unknown.sort();
            unknown.dedup();
            let evidence = Evidence::new("", carried.policy.at);
            let evidence = hinged(context, evidence, &carried.policy, QUESTION, &unknown);
            Verdict::Unsure(vec![evidence])
        }
        _ => {
            let evidence = broken(context, bucket, policies, &writing, &uploads);
            let evidence = match key {
                Some(key) => evidence.fix(statement_for(context, bucket.id, key)),
                None => evidence,
            };
            Verdict::Broken(vec![evidence])
        }
    }
}

/// Whether a statement denies everybody to upload under SSE-S3, or under a key of somebody else, and not what should
/// be asked for; what that hinges on.
fn forces(
    writing: &Denied,
    statement: &Statement,
    uploads: &Uploads,
    unknown: &mut Vec<Hinge>,
) -> Truth {
    let mut open = Vec::new();
    let covered = writing.covered_by(statement, &mut open);
    if covered == Truth::No {
        return Truth::No;
    }
    let mut all = covered.and(to_everybody(statement, &mut open));
    for clause in &statement.conditions {
        all = all.and(match clause {
            Clause::Open(hinge) => {
                open.push(hinge.clone());
                Truth::Unknown
            }
            Clause::Condition(one) if HEADERS.contains(&one.key.as_str()) => {
                open.extend(one.values.iter().flat_map(|value| hinges(&value.text)));
                Truth::Yes
            }
            Clause::Condition(one) => {
                let few = leaves_out_few(one);
                if few == Truth::Unknown {
                    open.extend(one.values.iter().flat_map(|value| hinges(&value.text)));
                }
                few
            }
        });
    }
    let free = by_headers(statement, &uploads.free);
    let foreign = by_headers(statement, &uploads.foreign);
    let mut denied = free.or(foreign);
    if is_about_headers(statement) {
        denied = denied.and(!uploads.denies_own(statement));
    }
    let all = all.and(denied);
    if all == Truth::Unknown {
        unknown.extend(open);
    }
    all
}

fn broken(
    context: &Context<'_, '_>,
    bucket: &Subject<'_, '_>,
    policies: &ResourcePolicies<'_, '_>,
    writing: &Denied,
    uploads: &Uploads,
) -> Evidence {
    let so = "so an upload may ask for SSE-S3, or for a key of another account, whatever the bucket's default is";
    let Some(carried) = policies.policies.first() else {
        return without_policy(bucket, policies, so);
    };
    let policy = &carried.policy;
    let mut statements = policy.statements.iter();
    let near = statements.find(|one| one.effect == Effect::Deny && is_about_headers(one));
    let Some(near) = near else {
        let message = format!("`{}` denies no upload by its encryption, {so}", policy.name);
        return Evidence::new(message, policy.at);
    };
    let called = called(near, policy);
    let mut open = Vec::new();
    let by_key = conditions_on(near, ENCRYPTION_KEY).next();
    let values = |one: &Condition| {
        let values = one.values.iter();
        let values: Vec<_> = values
            .map(|value| value_in_words(context, &value.text))
            .collect();
        shortened(&values)
    };
    let is_narrow = |one: &&Condition| {
        !HEADERS.contains(&one.key.as_str()) && leaves_out_few(one) != Truth::Yes
    };
    let (reason, code) = if writing.covered_by(near, &mut open) == Truth::No {
        (
            "does not cover every upload: elsewhere in the bucket, one may ask for SSE-S3, or for a key of another account".to_owned(),
            Some("partial"),
        )
    } else if to_everybody(near, &mut open) == Truth::No {
        (
            "is not for everybody: others may ask for SSE-S3, or for a key of another account"
                .to_owned(),
            Some("partial"),
        )
    } else if let Some(one) = near.readable_conditions().find(is_narrow) {
        let reason = format!(
            "denies uploads under another encryption only where its condition on `{}` holds as well, {so}",
            one.written_key
        );
        (reason, Some("partial"))
    } else if let Some(one) = by_key.filter(|_| uploads.denies_own(near) == Truth::Yes) {
        let reason = format!(
            "demands {}, and the bucket encrypts under another key, which uploads cannot name",
            values(one)
        );
        (reason, None)
    } else if by_headers(near, &uploads.managed) == Truth::Yes {
        let reason = "denies uploads under KMS and lets those under SSE-S3 in, which everybody decrypts who may read them";
        (reason.to_owned(), None)
    } else {
        let reason =
            format!("demands that uploads name an encryption, and lets them name any, {so}");
        (reason, None)
    };
    let evidence = Evidence::new(format!("{called} {reason}"), near.at);
    match code {
        Some(code) => evidence.code(code),
        None => evidence,
    }
}

/// What to add to the bucket's policy, in the language of the input.
fn statement_for(context: &Context<'_, '_>, bucket: ResourceId, key: &Object) -> String {
    let graph = context.graph;
    let written = |id: Option<ResourceId>, inside: &str, arn: &Text| {
        let own = id.and_then(|id| named(graph, id, inside));
        let own = own.unwrap_or_else(|| match arn.known() {
            Some(arn) => Name::Text(format!("{arn}{inside}")),
            None => Name::Gap(quoted(&format!("<{}>{inside}", context.access.show(arn)))),
        });
        name(&own, graph)
    };
    let objects = written(
        Some(bucket),
        "/*",
        &context.access.arn(bucket).unwrap_or_default(),
    );
    let key = written(key.id, "", &key.arn);
    let statement = match graph.language() {
        Language::Terraform => format!(
            "statement {{ effect = \"Deny\" actions = [\"{PUT}\"] resources = [{objects}] principals {{ type = \"*\" \
             identifiers = [\"*\"] }} condition {{ test = \"StringNotEquals\" variable = \"{ENCRYPTION_KEY}\" values = \
             [{key}] }} condition {{ test = \"Null\" variable = \"{ENCRYPTION_KEY}\" values = [\"false\"] }} }}"
        ),
        Language::CloudFormation => format!(
            "{{Effect: Deny, Principal: \"*\", Action: \"{PUT}\", Resource: {objects}, Condition: {{StringNotEquals: \
             {{\"{ENCRYPTION_KEY}\": {key}}}, \"Null\": {{\"{ENCRYPTION_KEY}\": \"false\"}}}}}}"
        ),
    };
    format!(
        "in the policy of `{}`: `{statement}`; and one like it on `{ENCRYPTION}` with `aws:kms`, so that nobody asks \
         for SSE-S3",
        graph.get(bucket).address.as_str()
    )
}

/// Whether a statement denies workloads of the input the uploads that leave the encryption to the bucket.
fn of_default(
    context: &Context<'_, '_>,
    bucket: &Object,
    key: Option<&Object>,
    policy: &Policy,
    statement: &Statement,
) -> Verdict {
    if statement.effect != Effect::Deny || !is_about_headers(statement) {
        return Verdict::Holds;
    }
    let jobs = jobs_denied(context, bucket, policy, statement);
    let notebooks = if jobs.is_empty() {
        notebooks_denied(context, bucket, key, policy, statement)
    } else {
        Vec::new()
    };
    let (who, severity) = match (jobs.as_slice(), notebooks.as_slice()) {
        ([], []) => return Verdict::Holds,
        ([], notebooks) => (
            format!(
                "code in {} that leaves the encryption of an upload to the bucket",
                shortened(notebooks)
            ),
            Severity::Low,
        ),
        (jobs, _) => (
            format!(
                "{}, for whose output no key is named, so that SageMaker sends none",
                shortened(jobs)
            ),
            Severity::High,
        ),
    };
    let conditions = statement.readable_conditions();
    let mut conditions = conditions.filter(|one| HEADERS.contains(&one.key.as_str()));
    let first = conditions.next();
    let header = first.map_or("", |one| one.written_key.as_str());
    let message = format!(
        "{} counts a header that is not sent (`{header}`) as another value, and so denies {who}",
        called(statement, policy),
    );
    let add = format!(
        "let the statement have `Null` = `false` on `{header}` as well as `StringNotEquals`"
    );
    let fix = if jobs.is_empty() {
        add
    } else {
        format!("name the key that the bucket demands as `kms_key_id` of the output; or {add}")
    };
    let at = first.map_or(statement.at, |one| one.at);
    let at = if at == Span::NOWHERE {
        statement.at
    } else {
        at
    };
    Verdict::Broken(vec![
        Evidence::new(message, at)
            .code("denies-default-encryption")
            .severity(severity)
            .about(about(statement, policy))
            .fix(fix),
    ])
}

/// The jobs whose output a statement denies because they name no key.
fn jobs_denied(
    context: &Context<'_, '_>,
    bucket: &Object,
    policy: &Policy,
    statement: &Statement,
) -> Vec<String> {
    let mut denied = Vec::new();
    for path in context.paths() {
        let own = path.steps(&[Step::Write]);
        let own = own.filter(|hop| hop.on == bucket.id);
        let mut answers = own.filter_map(|hop| hop.answer.as_ref());
        let is_denied = answers.any(|answer| {
            is_for_want_of_a_key(statement, &answer.request)
                && context.access.denied_by(policy, statement, answer).0 == Truth::Yes
        });
        let address = context.graph.get(path.workload.id).address.as_str();
        let name = match path.workload.kind {
            WorkloadKind::StartedJob => format!("a job started from `{address}`"),
            _ => format!("`{address}`"),
        };
        if is_denied && !denied.contains(&name) {
            denied.push(name);
        }
    }
    denied
}

/// The notebooks that a statement denies an upload without headers, which they may make with them.
fn notebooks_denied(
    context: &Context<'_, '_>,
    bucket: &Object,
    key: Option<&Object>,
    policy: &Policy,
    statement: &Statement,
) -> Vec<String> {
    let put = Action::named(PUT);
    let any = context.access.anything("the object", Domain::ANY);
    let object = bucket.below(&any.text);
    let mut denied = Vec::new();
    for used in &context.role_uses {
        let workload = context.graph.get(used.workload);
        let is_job = workload.kind().is_some_and(|one| JOB_KINDS.contains(&one));
        let Target::Resource(role) = used.role else {
            continue;
        };
        let Some(caller) = context.access.caller(role).filter(|_| !is_job) else {
            continue;
        };
        let way = way_of(context.graph, &context.network, used.workload, "s3");
        let ask = |algorithm: Knowledge, key: Knowledge| {
            let keys = vec![(ENCRYPTION, algorithm), (ENCRYPTION_KEY, key)];
            context.access.ask(&caller, &put, &object, &way.with(keys))
        };
        let named = key.map_or(Knowledge::ABSENT, |key| Knowledge::value(key.arn.clone()));
        let with = ask(Knowledge::value("aws:kms"), named);
        let without = ask(Knowledge::ABSENT, Knowledge::ABSENT);
        let is_denied = with.decision().may_be_allowed()
            && without.decision() != Decision::Allowed
            && context.access.denied_by(policy, statement, &without).0 == Truth::Yes;
        let name = format!("`{}`", workload.address.as_str());
        if is_denied && !denied.contains(&name) {
            denied.push(name);
        }
    }
    denied
}
