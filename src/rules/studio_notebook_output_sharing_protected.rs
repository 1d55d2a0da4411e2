//! PG-NB-010.

use super::bucket_trust::{Trust, trust};
use super::customer_keys::{KeyFault, key_fault};
use super::job_places::{place, unsure_owner};
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::Target;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::Kind;
use crate::workload::domain_of;

pub(super) const RULE: Rule = Rule {
    id: "studio-notebook-output-sharing-protected",
    alias: "PG-NB-010",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Medium,
    summary: "notebooks are shared from Studio without what their cells printed, or into a bucket and under a key of your own",
    why: "What a cell printed are rows of the data. Whoever shares a notebook with its output puts them into a bucket, \
          where they stay, past whoever may read the dataset.",
    unsure: "An absent option counts as `Disabled`, the default of the API. A user profile without a place or key of \
             its own has those of its domain. A bucket of the input is trusted, and one that `trusted_buckets` \
             names; whose another bucket is, its name does not tell.",
    fix: "set `notebook_output_option = \"Disabled\"`, or name a bucket of your own in `s3_output_path` and a customer \
          managed key in `s3_kms_key_id`",
    references: &[
        Link {
            title: "Amazon SageMaker AI API Reference: SharingSettings",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SharingSettings.html",
        },
        Link {
            title: "Amazon SageMaker AI API Reference: UserSettings",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UserSettings.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/studio-notebook-output-sharing-protected/fail.tf"),
        pass: include_str!("../../testdata/rules/studio-notebook-output-sharing-protected/pass.tf"),
    },
    check: Check::Resource(&[Kind::NotebookDomain, Kind::NotebookProfile], check),
};

/// The settings of all users of a domain.
const OF_DOMAIN: Paths = Paths {
    option: "default_user_settings.sharing_settings.notebook_output_option",
    path: "default_user_settings.sharing_settings.s3_output_path",
    key: "default_user_settings.sharing_settings.s3_kms_key_id",
};

/// The settings of one user.
const OF_PROFILE: Paths = Paths {
    option: "user_settings.sharing_settings.notebook_output_option",
    path: "user_settings.sharing_settings.s3_output_path",
    key: "user_settings.sharing_settings.s3_kms_key_id",
};

/// Where a kind says how notebooks are shared.
struct Paths {
    option: &'static str,
    path: &'static str,
    key: &'static str,
}

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let paths = match subject.resource.kind() {
        Some(Kind::NotebookProfile) => OF_PROFILE,
        _ => OF_DOMAIN,
    };
    let sharing = Sharing {
        context,
        subject: context.subject(subject.id),
        paths: &paths,
    };
    match subject.setting(paths.option) {
        Setting::Known { text, .. } if text.eq_ignore_ascii_case("Disabled") => Verdict::Holds,
        Setting::Known { at, .. } => sharing.with_output(Evidence::new("", at)),
        // A user has what the domain says.
        Setting::Absent => Verdict::NotApplicable,
        Setting::Unknown(why, at) => {
            if sharing.with_output(Evidence::new("", at)) == Verdict::Holds {
                return Verdict::Holds;
            }
            let question = "whether notebooks are shared with what their cells printed";
            Verdict::Unsure(vec![subject.unsure(paths.option, why, question)])
        }
    }
}

/// How notebooks are shared, as a domain or a user says it.
struct Sharing<'r, 'g, 'a> {
    context: &'r Context<'g, 'a>,
    subject: Subject<'g, 'a>,
    paths: &'r Paths,
}

/// What is wrong with a setting, if anything is; or why that cannot be told.
type Fault = Result<Option<String>, Box<Evidence>>;

impl Sharing<'_, '_, '_> {
    /// Notebooks are shared with what their cells printed.
    fn with_output(&self, at: Evidence) -> Verdict {
        let (mut faults, mut open) = (Vec::new(), Vec::new());
        for fault in [self.place(), self.key()] {
            match fault {
                Ok(fault) => faults.extend(fault),
                // Place and key of one domain are one missing fact.
                Err(evidence) if open.contains(&*evidence) => {}
                Err(evidence) => open.push(*evidence),
            }
        }
        match (faults.is_empty(), open.is_empty()) {
            (true, true) => Verdict::Holds,
            (true, false) => Verdict::Unsure(open),
            (false, _) => {
                let own = self.subject.own_path(self.paths.option);
                let message = format!(
                    "`{own}` is `Allowed`, so what the cells of shared notebooks printed, rows of data included, is kept in S3: {}",
                    faults.join(", and ")
                );
                let edit = self.subject.set(self.paths.option, "Disabled");
                Verdict::Broken(vec![Evidence { message, ..at }.edit(edit)])
            }
        }
    }

    fn place(&self) -> Fault {
        let own = self.last(self.paths.path);
        let Some(uri) = self.setting(self.paths.path, OF_DOMAIN.path)? else {
            return Ok(Some(format!("no `{own}` says in which bucket")));
        };
        let of = self.subject.value_name(self.paths.path);
        let not_told = || {
            let why = self.context.graph.why_not_known(uri);
            let question = "in which bucket what cells printed is kept";
            let evidence = self.subject.unsure(self.paths.path, why, question);
            Err(Box::new(evidence))
        };
        let Some(place) = place(self.context, uri, &of) else {
            return not_told();
        };
        match trust(self.context, &self.subject, &place, true) {
            Trust::Trusted | Trust::Default(_) => Ok(None),
            Trust::Foreign { shown, account } => Ok(Some(format!(
                "`{own}` names `{shown}` of account {}, which is not one of yours",
                self.context.access.show(&account)
            ))),
            Trust::NotNamed(shown) => Ok(Some(format!(
                "`{own}` names `{shown}`, which is neither in the input nor among `trusted_buckets`"
            ))),
            Trust::OfAccount {
                shown,
                account,
                hinges,
            } => {
                let whose = format!("whose `{shown}` keeps what cells printed");
                let evidence = Evidence::new("", uri.origin).about(shown);
                let evidence = unsure_owner(self.context, &account, &whose, evidence, hinges);
                Err(Box::new(evidence))
            }
            Trust::Outside(shown) => {
                let message = format!(
                    "cannot tell whose bucket keeps what cells printed: `{shown}` is not in the input; name it in `trusted_buckets` if it is one that you trust"
                );
                let value = format!("the owner of {shown}");
                let evidence = Evidence::new(message, uri.origin).about(shown);
                Err(Box::new(evidence.hinges_on(value, Why::ExternalResource)))
            }
            Trust::NotTold => not_told(),
        }
    }

    fn key(&self) -> Fault {
        let own = self.last(self.paths.key);
        let value = self.setting(self.paths.key, OF_DOMAIN.key)?;
        match key_fault(self.context, value) {
            Ok(None) => Ok(None),
            Ok(Some(KeyFault::Absent)) => {
                Ok(Some(format!("no `{own}` puts it under a key of yours")))
            }
            Ok(Some(KeyFault::AwsManaged(key))) => Ok(Some(format!(
                "`{own}` names `{key}`, a key that AWS manages"
            ))),
            Ok(Some(KeyFault::NotApproved(key))) => Ok(Some(format!(
                "`{own}` names `{key}`, which is not among `approved_keys`"
            ))),
            Err(why) => {
                let question = "whether what cells printed is kept under your own key";
                let evidence = self.subject.unsure(self.paths.key, why, question);
                Err(Box::new(evidence))
            }
        }
    }

    /// A setting of the subject's own, else of the domain that a user is in.
    fn setting(&self, path: &str, of_domain: &str) -> Result<Option<&Value<'_>>, Box<Evidence>> {
        let own = self.subject.resource.get(path);
        if own.is_some() || self.subject.resource.kind() != Some(Kind::NotebookProfile) {
            return Ok(own);
        }
        let graph = self.context.graph;
        let why = match domain_of(graph, self.subject.id) {
            Some(Target::Resource(id)) => {
                let domain = graph.get(id);
                let value = domain.get(of_domain);
                if value.is_some() || domain.standing.is_whole() {
                    return Ok(value);
                }
                Why::ExternalResource
            }
            Some(Target::Unknown(why)) => why,
            Some(Target::Outside(_)) | None => Why::ExternalResource,
        };
        let message = format!(
            "cannot tell where what cells printed is kept: this user does not say, and what the domain says is not known ({why})"
        );
        let evidence = Evidence::new(message, self.subject.place("domain_id"));
        let value = self.subject.value_name("domain_id");
        Err(Box::new(evidence.about("domain_id").hinges_on(value, why)))
    }

    /// The last name of a path, as the author writes it.
    fn last(&self, path: &str) -> String {
        let own = self.subject.own_path(path);
        own.rsplit('.').next().unwrap_or(&own).to_owned()
    }
}
