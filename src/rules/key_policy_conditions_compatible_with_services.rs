//! PG-KMS-011.

use super::statements::named_hinges;
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::{Because, Decision, Layer};
use crate::model::vocabulary::Kind;
use crate::paths::Hop;

pub(super) const RULE: Rule = Rule {
    id: "key-policy-conditions-compatible-with-services",
    alias: "PG-KMS-011",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "the conditions of a key's policy can be met by the requests that S3 and SageMaker make",
    why: "S3 calls KMS for the role: under `kms:ViaService` of S3, with the ARN of the object as \
          encryption context, or of the bucket where S3 Bucket Keys are on \
          (`bucket-key-context-mismatch`), and without the endpoint and address of the original call \
          (`network-condition-on-sse-kms`: AWS says that such requests might fail, that they do is \
          inferred). A condition that asks for something else keeps the role out, though a statement names \
          it.",
    unsure: "Judged for each role that a path needs the key for.",
    fix: "ask for what the service sends: `kms:ViaService` = `s3.<region>.amazonaws.com`, the bucket's ARN \
          as encryption context where Bucket Keys are on, and no `aws:SourceVpce`, `aws:SourceVpc` or \
          `aws:SourceIp`, unless `aws:ViaAWSService` is excepted",
    references: &[
        Link {
            title: "AWS KMS Developer Guide: AWS KMS condition keys",
            url: "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html",
        },
        Link {
            title: "Amazon S3 User Guide: Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys",
            url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!(
            "../../testdata/rules/key-policy-conditions-compatible-with-services/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/key-policy-conditions-compatible-with-services/pass.tf"
        ),
    },
    check: Check::Resource(
        &[Kind::KmsKey, Kind::KmsKeyReplica, Kind::KmsKeyExternal],
        check,
    ),
};

fn check(context: &Context<'_, '_>, key: &Subject<'_, '_>) -> Verdict {
    let hops = context.paths().iter().flat_map(|path| &path.hops);
    let hops = hops.filter(|hop| hop.on == Some(key.id) && hop.answer.is_some());
    let mut verdict = Verdict::NotApplicable;
    let mut seen = Vec::new();
    for hop in hops.filter(|hop| hop.advised.is_none()) {
        verdict = verdict.worse(Verdict::Holds);
        for because in &hop.because {
            let Some((condition, code)) = unmet(hop, because) else {
                continue;
            };
            let about = format!("{} {condition}", hop.principal);
            if seen.contains(&about) {
                continue;
            }
            seen.push(about.clone());
            let at = because.at.unwrap_or(key.resource.origin);
            verdict = verdict.worse(judged(hop, because, about, code, at));
        }
    }
    verdict
}

fn judged(
    hop: &Hop,
    because: &Because,
    about: String,
    code: Option<&'static str>,
    at: crate::model::source::Span,
) -> Verdict {
    let fix = match code {
        Some("network-condition-on-sse-kms") => {
            "take that condition out, or except requests with `aws:ViaAWSService`: S3 calls KMS itself, whatever \
             way its own request came"
        }
        Some("bucket-key-context-mismatch") => {
            "compare `kms:EncryptionContext:aws:s3:arn` with the bucket's ARN where S3 Bucket Keys are on, and \
             with those of the objects (`/*`) where they are off"
        }
        _ => "let that condition admit what the request of the service carries",
    };
    let evidence = |message: String| {
        let evidence = Evidence::new(message, at).about(about).fix(fix);
        match code {
            Some(code) => evidence.code(code),
            None => evidence,
        }
    };
    let who = format!(
        "what `{}` needs of this key, `{}`",
        hop.principal, hop.action
    );
    if hop.decision.must_be_denied() {
        return Verdict::Broken(vec![evidence(format!(
            "{who}, meets a condition that the request of the service cannot meet: {}",
            because.text
        ))]);
    }
    let message = format!(
        "cannot tell whether {who}, meets the conditions of its policy: {}",
        because.text
    );
    Verdict::Unsure(vec![named_hinges(evidence(message), &hop.hinges_on)])
}

/// Keys that a service sends otherwise than the caller's own request would.
const NETWORK: [&str; 4] = [
    "aws:sourcevpce",
    "aws:sourcevpc",
    "aws:sourceip",
    "aws:vpcsourceip",
];

/// The condition of the key's policy that keeps a request out, or may, and its code.
pub(super) fn unmet(hop: &Hop, because: &Because) -> Option<(String, Option<&'static str>)> {
    if because.layer != Layer::Resource || hop.decision == Decision::Allowed {
        return None;
    }
    let concerned = |key: &str| {
        NETWORK.contains(&key)
            || key.starts_with("kms:viaservice")
            || key.starts_with("kms:encryptioncontext")
            || key == "kms:calleraccount"
            || key == "kms:grantisforawsresource"
            || key.starts_with("aws:calledvia")
    };
    let code = |key: &str| match key {
        _ if NETWORK.contains(&key) => Some("network-condition-on-sse-kms"),
        "kms:encryptioncontext:aws:s3:arn" => Some("bucket-key-context-mismatch"),
        _ => None,
    };
    if let Some(key) = because.unmet.as_deref().filter(|key| concerned(key)) {
        return Some((key.to_owned(), code(key)));
    }
    // A denial applies, or what may allow is open.
    let is_open = hop.decision == Decision::Undecided;
    if hop.decision != Decision::DeniedExplicitly && !is_open {
        return None;
    }
    let (_, statement) = hop.answer.as_ref()?.statement(because)?;
    let mut conditions = statement.readable_conditions();
    let condition = conditions.find(|condition| concerned(&condition.key))?;
    Some((condition.key.clone(), code(&condition.key)))
}
