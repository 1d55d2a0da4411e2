//! PG-PJ-015.

use super::job_places::{Owner, owner, unsure_owner};
use super::{Check, Context, Example, KeyUse, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::Target;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Map, Why};
use crate::model::vocabulary::Kind;
use crate::workload::ProcessingJob;

pub(super) const RULE: Rule = Rule {
    id: "processing-job-dataset-queries-encrypted",
    alias: "PG-PJ-015",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Medium,
    summary: "what Athena and Redshift find for a Processing job lies under a customer managed key, and a cluster's own role \
              fetches it",
    why: "The result of a query is a copy of the data in S3, made before the job begins. Without a key it is not under \
          yours, and whoever the role of the cluster belongs to can read what it unloads.",
    unsure: "An absent key breaks the rule, unless the workgroup of the input has its own settings for results enforced, with \
             a customer managed key. A job without dataset definitions is not judged. To whose bucket the result goes is said \
             by PG-PJ-011.",
    fix: "set `kms_key_id` of the dataset definition to the key of the bucket that takes the result",
    references: &[
        Link {
            title: "Amazon SageMaker AI API Reference: AthenaDatasetDefinition",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AthenaDatasetDefinition.html",
        },
        Link {
            title: "Amazon SageMaker AI API Reference: RedshiftDatasetDefinition",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RedshiftDatasetDefinition.html",
        },
        Link {
            title: "Amazon Athena User Guide: Override client-side settings",
            url: "https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/processing-job-dataset-queries-encrypted/fail.tf"),
        pass: include_str!("../../testdata/rules/processing-job-dataset-queries-encrypted/pass.tf"),
    },
    check: Check::Resource(&[Kind::ProcessingJob], check),
};

const QUESTION: &str = "under whose key the results of this job's queries lie";

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let subject = context.subject(subject.id);
    let Some(job) = ProcessingJob::of(subject.resource) else {
        return Verdict::NotApplicable;
    };
    let mut verdict = Verdict::NotApplicable;
    for (name, definition) in job.datasets() {
        let one = Dataset {
            context,
            job: subject,
            path: format!("processing_inputs.dataset_definition.{name}"),
            definition,
        };
        verdict = verdict.worse(one.key()).worse(one.cluster_role());
    }
    match job.unknown_datasets() {
        Some(why) => {
            let evidence = subject.unsure("processing_inputs", why, QUESTION);
            verdict.worse(Verdict::Unsure(vec![evidence]))
        }
        None => verdict,
    }
}

/// A query whose result a job reads.
struct Dataset<'r, 'g, 'a> {
    context: &'r Context<'g, 'a>,
    job: Subject<'g, 'a>,
    path: String,
    definition: &'g Map<'a>,
}

impl Dataset<'_, '_, '_> {
    fn own(&self, name: &str) -> String {
        self.job.own_path(&format!("{}.{name}", self.path))
    }

    fn at(&self) -> Span {
        let mut entries = self.definition.iter();
        let first = entries.next().map(|(_, value)| value.origin);
        first.unwrap_or(self.job.resource.origin)
    }

    fn key(&self) -> Verdict {
        let own = self.own("kms_key_id");
        let value = self.definition.get("kms_key_id");
        let at = value.map_or_else(|| self.at(), |value| value.origin);
        let broken = |message: String| {
            let fix = format!("set `{own}` to the key of the bucket that takes the result");
            let evidence = Evidence::new(message, at).about(own.as_str());
            Verdict::Broken(vec![evidence.fix(fix)])
        };
        match self.context.key_use(value) {
            KeyUse::Customer => Verdict::Holds,
            KeyUse::Unknown(why) => self.unsure("kms_key_id", at, why),
            KeyUse::AwsManaged(key) => broken(format!(
                "`{own}` names `{key}`, a key that AWS manages: the result of the query escapes your key policy"
            )),
            KeyUse::Absent => match self.encrypted_by_workgroup() {
                Truth::Yes => Verdict::Holds,
                Truth::No => broken(format!(
                    "`{own}` is not set, so the result of the query lies in S3 under a key that is not yours"
                )),
                Truth::Unknown => self.unsure("work_group", at, Why::ExternalResource),
            },
        }
    }

    /// Whether the workgroup says how its results are encrypted, whoever asks, and does so with a customer's key.
    fn encrypted_by_workgroup(&self) -> Truth {
        let Some(group) = self.definition.get("work_group") else {
            return Truth::No;
        };
        let id = match self.context.graph.target(group, &[Kind::Athena]) {
            Target::Resource(id) => id,
            Target::Outside("primary") => return Truth::No,
            Target::Outside(_) | Target::Unknown(_) => return Truth::Unknown,
        };
        let group = self.context.subject(id);
        let encryption = "configuration.result_configuration.encryption_configuration";
        let is_kms = match group.setting(&format!("{encryption}.encryption_option")) {
            Setting::Known { text, .. } => text.ends_with("KMS").into(),
            Setting::Absent => Truth::No,
            Setting::Unknown(..) => Truth::Unknown,
        };
        let key = group.resource.get(&format!("{encryption}.kms_key_arn"));
        let key = match self.context.key_use(key) {
            KeyUse::Customer => Truth::Yes,
            KeyUse::Unknown(_) => Truth::Unknown,
            KeyUse::Absent | KeyUse::AwsManaged(_) => Truth::No,
        };
        let enforced = group.is_on("configuration.enforce_workgroup_configuration");
        enforced.and(is_kms).and(key)
    }

    /// The role with which a cluster of Redshift writes the result.
    fn cluster_role(&self) -> Verdict {
        let name = "cluster_role_arn";
        let Some(role) = self.definition.get(name) else {
            return Verdict::NotApplicable;
        };
        let arn = match self.context.graph.target(role, &[Kind::Role]) {
            Target::Resource(_) => return Verdict::Holds,
            Target::Unknown(why) => return self.unsure(name, role.origin, why),
            Target::Outside(arn) => arn,
        };
        let own = self.own(name);
        let evidence = Evidence::new("", role.origin).about(own.as_str());
        let Some(account) = arn.split(':').nth(4).filter(|one| !one.is_empty()) else {
            return Verdict::NotApplicable;
        };
        match owner(self.context, &self.job, &account.into()) {
            Owner::Trusted => Verdict::Holds,
            Owner::Foreign => {
                let message = format!(
                    "`{own}` is `{arn}`, a role of account {account}, which is not one of yours: its owner reads what the cluster unloads"
                );
                Verdict::Broken(vec![Evidence {
                    message,
                    ..evidence.fix(format!("set `{own}` to a role of your own"))
                }])
            }
            Owner::Unknown(hinges) => {
                let whose = "whose role unloads the data that this job reads";
                let evidence = unsure_owner(self.context, &account.into(), whose, evidence, hinges);
                Verdict::Unsure(vec![evidence])
            }
        }
    }

    fn unsure(&self, name: &str, at: Span, why: Why) -> Verdict {
        let own = self.own(name);
        let message = format!("cannot tell {QUESTION}: `{own}` is not known ({why})");
        let value = format!("{}.{own}", self.job.resource.address.as_str());
        let evidence = Evidence::new(message, at).about(own);
        Verdict::Unsure(vec![evidence.hinges_on(value, why)])
    }
}
