//! The key of a volume is handed to the volume by a grant.
//!
//! Source: Amazon SageMaker AI Developer Guide, "Protect Data at Rest Using Encryption"; AWS KMS Developer
//! Guide, "AWS KMS condition keys", `kms:GrantIsForAWSResource`.

use super::{Hop, Prover, Step};
use crate::access::{Caller, Encryption, Object, Way, everybody, via};
use crate::finding::Severity;
use crate::iam::policy::{Effect, Statement};
use crate::iam::{Action, Because, Decision, Knowledge, Layer, Policy, Text};
use crate::model::graph::ResourceId;
use crate::model::truth::Truth;
use crate::model::value::Why;

const GRANT: &str = "kms:CreateGrant";
const DESCRIBE: &str = "kms:DescribeKey";

impl Prover<'_, '_, '_> {
    /// The key of a notebook's volume: whoever creates the notebook grants it. They are outside the
    /// input; what can be told is whether the key's policy lets anybody.
    pub(super) fn notebook_volume(
        &self,
        notebook: ResourceId,
        not_judged: &mut Vec<String>,
    ) -> Option<Hop> {
        let resource = self.graph.get(notebook);
        let value = resource.get("kms_key_id")?;
        let name = format!("{}.kms_key_id", resource.address.as_str());
        let Encryption::Key(key) = self.access.key_named(Some(value), &name) else {
            return None;
        };
        let creator = "whoever creates the notebook";
        if let Some((text, at)) = self
            .access
            .why_unusable(&key, Some(&self.access.region(resource)))
        {
            let hinge = (creator.to_owned(), Why::ExternalResource);
            let hop = Self::open_hop(
                Step::GrantVolumeKey,
                GRANT,
                creator,
                key.name.clone(),
                hinge,
            );
            let hop = hop.kept_out("key-unusable", Layer::Resource, text, Some(at));
            return Some(hop.at(Some(value.origin)));
        }
        let policy = key.policy()?;
        if policy.is_open() {
            let hinge = policy.open.first().map(|hinge| self.access.hinge(hinge))?;
            let hop = Self::open_hop(
                Step::GrantVolumeKey,
                GRANT,
                creator,
                key.name.clone(),
                hinge,
            );
            return Some(hop.at(Some(value.origin)));
        }
        if lets_anybody(policy, None) != Truth::No {
            not_judged.push(format!(
                "whether {creator} may `{GRANT}` and `{DESCRIBE}` on `{}`, as its volume needs",
                key.name
            ));
            return None;
        }
        let because = Because {
            layer: Layer::Resource,
            policy: Some(policy.name.clone()),
            statement: None,
            sid: None,
            at: Some(policy.at),
            unmet: None,
            text: format!("{} lets nobody `{GRANT}`", policy.words()),
        };
        Some(Hop {
            step: Step::GrantVolumeKey,
            principal: creator.to_owned(),
            action: GRANT,
            resource: key.name.clone(),
            on: key.id,
            advised: None,
            chosen: None,
            through: None,
            decision: Decision::DeniedByDefault,
            because: vec![because],
            hinges_on: Vec::new(),
            code: None,
            answer: None,
            at: Some(value.origin),
        })
    }

    /// The key of a job's volumes: the job's role or whoever starts the job grants it.
    pub(super) fn job_volume(&self, caller: &Caller, job: ResourceId, path: &str) -> Vec<Hop> {
        let resource = self.graph.get(job);
        let Some(value) = resource.get(path) else {
            return Vec::new();
        };
        let name = format!("{}.{path}", resource.address.as_str());
        let key = match self.access.key_named(Some(value), &name) {
            Encryption::Key(key) => key,
            Encryption::Free | Encryption::AwsManaged => return Vec::new(),
            Encryption::Unknown(value_name, why) => {
                let what = "the key of its volumes".to_owned();
                let hinge = (value_name, why);
                let hop = Self::open_hop(Step::GrantVolumeKey, GRANT, &caller.name, what, hinge);
                return vec![hop.at(Some(value.origin))];
            }
        };
        let starter = (
            "who starts the job, and what they may do".to_owned(),
            Why::ExternalResource,
        );
        let is_open = key
            .policy()
            .is_none_or(|policy| lets_anybody(policy, caller.principal.arn()) != Truth::No);
        let unusable = self
            .access
            .why_unusable(&key, Some(&self.access.region(resource)));
        let hop = |step, action: &'static str| {
            let hop = self
                .volume_hop(caller, &key, step, action)
                .at(Some(value.origin));
            if let (Step::GrantVolumeKey, Some((text, at))) = (step, &unusable) {
                hop.kept_out("key-unusable", Layer::Resource, text.clone(), Some(*at))
            } else if hop.decision.must_be_denied() && is_open {
                hop.in_doubt(starter.clone())
            } else {
                hop
            }
        };
        vec![
            hop(Step::GrantVolumeKey, GRANT),
            hop(Step::DescribeVolumeKey, DESCRIBE).advised(Severity::Low),
        ]
    }

    fn volume_hop(&self, caller: &Caller, key: &Object, step: Step, action: &'static str) -> Hop {
        let via_service = match &key.region {
            Some(region) => Knowledge::value(via("sagemaker", region)),
            None => Knowledge::present(),
        };
        let keys = vec![
            ("kms:GrantIsForAWSResource", Knowledge::value("true")),
            ("kms:ViaService", via_service),
            ("aws:ViaAWSService", Knowledge::value("true")),
            ("aws:CalledVia", Knowledge::UNKNOWN),
        ];
        let answer = self.ask(caller, action, key, &Way::Service.with(keys));
        self.hop(step, action, &caller.name, answer)
            .on(key.id, key.name.clone())
    }
}

/// Whether a key policy lets anybody at all create grants, beside one role.
fn lets_anybody(policy: &Policy, beside: Option<&Text>) -> Truth {
    if policy.is_open() {
        return Truth::Unknown;
    }
    let action = Action::named(GRANT);
    let is_other = |statement: &Statement| {
        let principals = statement.principals.as_ref();
        principals.is_none_or(|principals| {
            let mut entries = principals.entries.iter();
            principals.negated || entries.any(|entry| Some(&entry.text) != beside)
        })
    };
    let denied = policy.statements.iter().any(|statement| {
        let everybody = statement.principals.as_ref().map_or(Truth::No, everybody);
        statement.effect == Effect::Deny
            && statement.conditions.is_empty()
            && everybody == Truth::Yes
            && statement.actions.cover(&action) == Truth::Yes
    });
    if denied {
        return Truth::No;
    }
    let statements = policy.statements.iter();
    let allow = statements.filter(|one| one.effect != Effect::Deny && is_other(one));
    allow.fold(Truth::No, |any, one| any.or(one.actions.cover(&action)))
}
