//! Who may start the executions of a state machine, pipeline or schedule.

use super::Context;
use super::people::is_everything;
use crate::access::{Caller, Sort};
use crate::iam::Action;
use crate::model::graph::ResourceId;
use crate::model::resource::Standing;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

/// Those of the input who may start something.
pub(super) struct Starting {
    /// By which action.
    pub action: &'static str,
    /// They, administrators left out: those start whatever there is.
    pub by: Vec<(ResourceId, Caller)>,
}

/// Who may start the executions of a carrier that has this job.
pub(super) fn starting(
    context: &Context<'_, '_>,
    carrier: ResourceId,
    job: ResourceId,
) -> Option<Starting> {
    let action = match context.graph.carried(job)?.service? {
        "states.amazonaws.com" => "states:StartExecution",
        "sagemaker.amazonaws.com" => "sagemaker:StartPipelineExecution",
        "scheduler.amazonaws.com" => "scheduler:UpdateSchedule",
        _ => return None,
    };
    let (start, object) = (Action::named(action), context.access.object(carrier));
    let roles = context.graph.iter().filter(|(_, resource)| {
        resource.kind() == Some(Kind::Role) && resource.standing == Standing::Judged
    });
    let roles = roles.filter_map(|(id, _)| Some((id, context.access.caller(id)?)));
    let people = context.people().iter().filter(|one| one.sort != Sort::Role);
    let all = people.map(|one| (one.id, one.caller.clone())).chain(roles);
    let by = all.filter(|(id, caller)| {
        let may = || context.access.may(caller, &start, &object, &[]).truth == Truth::Yes;
        let grants = || context.access.grants_of(caller, &start, &object, &[]);
        let is_plain = || {
            let mut grants = grants().into_iter();
            grants.any(|grant| grant.statement().is_some_and(|one| !is_everything(one)))
        };
        !context.is_named_by(&context.settings.admin_principals, *id) && may() && is_plain()
    });
    Some(Starting {
        action,
        by: by.collect(),
    })
}
