//! SageMaker takes a role for a workload.
//!
//! Source: Amazon SageMaker AI Developer Guide, "Cross-Service Confused Deputy Prevention".

use super::{Hop, Prover, Step};
use crate::access::{Access, Answer, Way, account_of};
use crate::iam::{Action, Knowledge, Principal, Text};
use crate::model::graph::ResourceId;
use crate::model::vocabulary::Kind;

pub(super) const SAGEMAKER: &str = "sagemaker.amazonaws.com";
const SET_IDENTITY: &str = "sts:SetSourceIdentity";

/// What the trust policy of a role says to SageMaker, on behalf of a workload of the input.
#[must_use]
pub fn assume(
    access: &Access<'_, '_>,
    role: ResourceId,
    workload: ResourceId,
    action: &'static str,
) -> Answer {
    let resource = access.graph().get(workload);
    let has_arn = matches!(resource.kind(), Some(Kind::Notebook | Kind::ProcessingJob));
    let arn = has_arn.then(|| access.arn(workload)).flatten();
    ask(access, SAGEMAKER, role, arn.as_ref(), has_arn, action)
}

/// What the trust policy of a role says to SageMaker, on behalf of a resource with this ARN.
#[must_use]
pub fn assume_from(access: &Access<'_, '_>, role: ResourceId, source: &Text) -> Answer {
    ask(
        access,
        SAGEMAKER,
        role,
        Some(source),
        false,
        "sts:AssumeRole",
    )
}

fn ask(
    access: &Access<'_, '_>,
    service: &'static str,
    role: ResourceId,
    workload: Option<&Text>,
    has_arn: bool,
    action: &'static str,
) -> Answer {
    let mut object = access.object(role);
    // A role can only be passed within its account, so the workload's is the role's: of which more may
    // be known, with a provider for each.
    let account = account_of(&object.arn);
    let account = account.unwrap_or_else(|| access.account(access.graph().get(role)));
    object.owner = Some(account.clone());
    let arn = workload.map(|arn| in_account(arn, &account));
    let circumstances = Way::Service.with(vec![
        ("aws:SourceAccount", Knowledge::value(account)),
        (
            "aws:SourceArn",
            arn.map_or_else(Knowledge::present, Knowledge::value),
        ),
        // What else AWS says of a service that calls: whether the account is in an organization is not
        // known.
        ("aws:SourceOrgID", Knowledge::UNKNOWN),
        ("aws:SourceOrgPaths", Knowledge::UNKNOWN),
        ("aws:PrincipalServiceNamesList", Knowledge::UNKNOWN),
        ("aws:RequestedRegion", Knowledge::present()),
        ("aws:SecureTransport", Knowledge::UNKNOWN),
        ("sts:RoleSessionName", Knowledge::present()),
        (
            "sts:SourceIdentity",
            match action {
                SET_IDENTITY => Knowledge::present(),
                _ if has_arn => Knowledge::ABSENT,
                _ => Knowledge::UNKNOWN,
            },
        ),
    ]);
    let principal = Principal::Service {
        name: Text::from(service),
    };
    let service = access.outsider(principal, service);
    access.ask(&service, &Action::named(action), &object, &circumstances)
}

/// An ARN with another account in its place.
fn in_account(arn: &Text, account: &Text) -> Text {
    let Some(fields) = arn.fields(5).filter(|fields| fields.len() == 6) else {
        return arn.clone();
    };
    let mut moved = Text::default();
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            moved.push_literal(":");
        }
        moved.push(if at == 4 { account } else { field });
    }
    moved
}

impl Prover<'_, '_, '_> {
    /// SageMaker takes the role of a workload that the input declares.
    pub(super) fn assumed(&self, role: ResourceId, workload: ResourceId) -> Hop {
        let answer = assume(self.access, role, workload, "sts:AssumeRole");
        self.assume_hop(role, answer)
    }

    /// SageMaker takes the role of a job with this ARN.
    pub(super) fn assumed_by_job(&self, role: ResourceId, job: &Text) -> Hop {
        let answer = ask(
            self.access,
            SAGEMAKER,
            role,
            Some(job),
            true,
            "sts:AssumeRole",
        );
        self.assume_hop(role, answer)
    }

    /// A service takes the role with which it starts a job that another resource carries.
    pub(super) fn assumed_by_service(
        &self,
        role: ResourceId,
        by: ResourceId,
        service: &'static str,
    ) -> Hop {
        // Only Step Functions documents that it names the resource itself.
        let arn = self.access.arn(by);
        let arn = arn.filter(|_| service == "states.amazonaws.com");
        let answer = ask(
            self.access,
            service,
            role,
            arn.as_ref(),
            false,
            "sts:AssumeRole",
        );
        self.hop(Step::AssumeStarter, "sts:AssumeRole", service, answer)
            .on(Some(role), self.name(role))
    }

    fn assume_hop(&self, role: ResourceId, answer: Answer) -> Hop {
        self.hop(Step::AssumeRole, "sts:AssumeRole", SAGEMAKER, answer)
            .on(Some(role), self.name(role))
    }
}
