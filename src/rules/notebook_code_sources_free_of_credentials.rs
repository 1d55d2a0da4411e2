//! PG-NB-007.

use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, Engine};

use super::credentials::credentials;
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::value::{Data, Piece, Value, Why};
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "notebook-code-sources-free-of-credentials",
    alias: "PG-NB-007",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Critical,
    summary: "lifecycle scripts and repository addresses of notebooks hold no credentials",
    why: "Whoever may describe the lifecycle configuration or the repository reads the credential, and it \
          works from anywhere until somebody revokes it. A notebook has a role and needs no keys.",
    unsure: "Without a script or repository there is nothing to judge. A script that the input does not \
             show is unsure. AWS's documented example keys are passed over.",
    fix: "delete the literal: let the code use the notebook's execution role, and read secrets from \
          Secrets Manager by ARN at run time; then revoke the credential, since it has been written down",
    references: &[
        Link {
            title: "AWS Identity and Access Management User Guide: Security best practices in IAM, Use temporary credentials with AWS workloads",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Customization of a SageMaker notebook instance using an LCC script",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-lifecycle-config.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/notebook-code-sources-free-of-credentials/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/notebook-code-sources-free-of-credentials/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::Script, Kind::CodeRepo, Kind::Notebook], check),
};

/// Where code comes from, and whether it is base64 there.
const SOURCES: [(&str, bool); 6] = [
    ("on_create", true),
    ("on_start", true),
    ("studio_lifecycle_config_content", true),
    ("git_config.repository_url", false),
    ("default_code_repository", false),
    ("additional_code_repositories", false),
];

fn check(_: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let (mut found, mut unsure, mut any) = (Vec::new(), Vec::new(), false);
    for (path, encoded) in SOURCES {
        let Some(value) = subject.resource.if_any(path) else {
            continue;
        };
        any = true;
        let texts = match &value.data {
            Data::List(list) => list.as_slice(),
            _ => std::slice::from_ref(value),
        };
        for text in texts {
            let scan = scan(text, encoded);
            if let Some(why) = scan.unknown {
                let question = "whether the code of this notebook holds credentials";
                unsure.push(subject.unsure(path, why, question));
            }
            for Credential { what, line } in scan.found {
                let own = subject.own_path(path);
                let place = match line {
                    Some(line) => format!("line {line} of the script in `{own}`"),
                    None => format!("`{own}`"),
                };
                let message = format!("{place} holds {what}, readable by whoever may describe it");
                let about = format!("{path} {what}");
                found.push(Evidence::new(message, text.origin).about(about));
            }
        }
    }
    match (found.is_empty(), unsure.is_empty(), any) {
        (false, ..) => Verdict::Broken(found),
        (true, false, _) => Verdict::Unsure(unsure),
        (true, true, true) => Verdict::Holds,
        (true, true, false) => Verdict::NotApplicable,
    }
}

/// What a text holds.
#[derive(Default)]
struct Scan {
    /// One of each sort, where it comes first.
    found: Vec<Credential>,
    unknown: Option<Why>,
}

struct Credential {
    what: &'static str,
    /// In a script, counted from 1.
    line: Option<usize>,
}

impl Scan {
    fn of_address(text: &str) -> Self {
        let found = credentials(text).map(|what| Credential { what, line: None });
        Self {
            found: found.collect(),
            unknown: None,
        }
    }

    fn of_script(script: &str) -> Self {
        let mut scan = Self::default();
        for (at, line) in script.lines().enumerate() {
            for what in credentials(line) {
                if scan.found.iter().all(|known| known.what != what) {
                    let line = Some(at + 1);
                    scan.found.push(Credential { what, line });
                }
            }
        }
        scan
    }

    fn unknown(why: Why) -> Self {
        Self {
            found: Vec::new(),
            unknown: Some(why),
        }
    }
}

fn scan(value: &Value<'_>, encoded: bool) -> Scan {
    match &value.data {
        Data::Text(text) if encoded => match decode(text) {
            Some(script) => Scan::of_script(&script),
            // Not what the service takes; what is there is looked at all the same.
            None => Scan {
                unknown: Some(Why::UnexpectedForm),
                ..Scan::of_script(text)
            },
        },
        Data::Text(text) => Scan::of_address(text),
        // What a reference puts in is no literal, wherever it comes from.
        Data::Template(pieces) if encoded => {
            let (mut script, mut unknown) = (String::new(), None);
            for piece in pieces {
                match piece {
                    Piece::Known(text) => script.push_str(text),
                    Piece::Reference(_) => script.push_str("${…}"),
                    Piece::Unknown(why) => {
                        script.push_str("${…}");
                        unknown = Some(*why);
                    }
                }
            }
            Scan {
                unknown,
                ..Scan::of_script(&script)
            }
        }
        Data::Template(pieces) => {
            let mut scan = Scan::default();
            for piece in pieces {
                if let Piece::Known(text) = piece {
                    scan.found.extend(Scan::of_address(text).found);
                }
            }
            // A reference to a repository resource is looked at there.
            if value.as_reference().is_none() {
                scan.unknown = Some(Why::KnownAfterApply);
            }
            scan
        }
        Data::Unknown(why) => Scan::unknown(*why),
        Data::Null => Scan::default(),
        _ => Scan::unknown(Why::UnexpectedForm),
    }
}

/// Base64, also wrapped into lines or without its padding.
fn decode(text: &str) -> Option<String> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let joined: String = text.split_ascii_whitespace().collect();
    let bytes = LENIENT.decode(joined).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
