//! PG-NB-007.

use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, Engine};

use super::credentials::{Credential, credentials, credentials_of_script};
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
             show is unsure. The keys that AWS's documentation prints open nothing (info).",
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
    check: Check::Resource(
        &[
            Kind::Script,
            Kind::CodeRepo,
            Kind::Notebook,
            Kind::NotebookDomain,
            Kind::NotebookProfile,
            Kind::NotebookSpace,
        ],
        check,
    ),
};

/// Where code comes from, and whether it is base64 there.
const SOURCES: [(&str, bool); 14] = [
    ("on_create", true),
    ("on_start", true),
    ("studio_lifecycle_config_content", true),
    ("git_config.repository_url", false),
    ("default_code_repository", false),
    ("additional_code_repositories", false),
    (
        "default_user_settings.jupyter_lab_app_settings.code_repository",
        false,
    ),
    (
        "default_user_settings.jupyter_server_app_settings.code_repository",
        false,
    ),
    (
        "default_space_settings.jupyter_lab_app_settings.code_repository",
        false,
    ),
    (
        "default_space_settings.jupyter_server_app_settings.code_repository",
        false,
    ),
    (
        "user_settings.jupyter_lab_app_settings.code_repository",
        false,
    ),
    (
        "user_settings.jupyter_server_app_settings.code_repository",
        false,
    ),
    (
        "space_settings.jupyter_lab_app_settings.code_repository",
        false,
    ),
    (
        "space_settings.jupyter_server_app_settings.code_repository",
        false,
    ),
];

fn check(_: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let (mut found, mut examples, mut unsure) = (Vec::new(), Vec::new(), Vec::new());
    let mut any = false;
    for (path, encoded) in SOURCES {
        let Some(value) = subject.resource.if_any(path) else {
            continue;
        };
        any = true;
        for text in value.as_list().unwrap_or(std::slice::from_ref(value)) {
            // What Studio clones are blocks.
            let inside = text.as_map().map(|block| block.get("repository_url"));
            let Some(text) = inside.unwrap_or(Some(text)) else {
                continue;
            };
            let scan = scan(text, encoded);
            if let Some(why) = scan.unknown {
                let question = "whether the code of this notebook holds credentials";
                unsure.push(subject.unsure(path, why, question));
            }
            let own = subject.own_path(path);
            for Credential {
                what,
                line,
                is_real,
            } in scan.found
            {
                let place = if encoded {
                    format!("line {line} of the script in `{own}`")
                } else {
                    format!("`{own}`")
                };
                if is_real {
                    let message =
                        format!("{place} holds {what}, readable by whoever may describe it");
                    let about = format!("{path} {what}");
                    found.push(Evidence::new(message, text.origin).about(about));
                } else {
                    let message = format!(
                        "{place} holds {what} that AWS's documentation prints as an example: it opens nothing, and whatever uses it instead of the role is denied"
                    );
                    let evidence = Evidence::new(message, text.origin).about(path);
                    let evidence = evidence.severity(Severity::Info);
                    examples.push(evidence.code("documented-example-key").fix(
                        "delete it: the code has the credentials of the notebook's execution role",
                    ));
                }
            }
        }
    }
    // What is not known matters more than an example.
    if unsure.is_empty() {
        found.extend(examples);
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

impl Scan {
    fn of_address(text: &str) -> Self {
        let found = credentials(text).map(|what| Credential {
            what,
            line: 1,
            is_real: true,
        });
        Self {
            found: found.collect(),
            unknown: None,
        }
    }

    fn of_script(script: &str) -> Self {
        Self {
            found: credentials_of_script(script),
            unknown: None,
        }
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
        Data::Template(pieces) => {
            let (mut text, mut unknown) = (String::new(), None);
            for piece in pieces {
                match piece {
                    Piece::Known(known) => text.push_str(known),
                    Piece::Reference(_) => text.push_str("${…}"),
                    Piece::Unknown(why) => {
                        text.push_str("${…}");
                        unknown = Some(*why);
                    }
                }
            }
            let scan = if encoded {
                Scan::of_script(&text)
            } else {
                Scan::of_address(&text)
            };
            Scan { unknown, ..scan }
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
