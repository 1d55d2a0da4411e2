//! What settings may say of the inputs at hand.

use super::Options;
use super::estate::each_estate;
use crate::finding::ReportedProblem;
use crate::load::plan::View;
use crate::model::graph::ResourceId;
use crate::model::resource::Standing;
use crate::model::value::Value;
use crate::rules::Context;
use crate::settings::{Found, Settings};

/// Settings to begin with: a commented `plangate.yaml`, with the groups, buckets, accounts and regions that the inputs
/// show, and what of these could not be read.
#[must_use]
pub fn init(options: &Options) -> (String, Vec<ReportedProblem>) {
    let mut found = Found::new();
    let overview = each_estate(options, View::Planned, &mut |estate| {
        let context = Context::new(&estate.graph, &options.managed_policies, &options.settings);
        let mut add = |setting, ids: &mut dyn Iterator<Item = ResourceId>| {
            let own = ids.filter(|id| estate.graph.get(*id).standing == Standing::Judged);
            let names = own.map(|id| name(&context, id));
            found.entry(setting).or_default().extend(names);
        };
        add(
            "designated_groups",
            &mut context.designated_groups().iter().copied(),
        );
        add(
            "protected_buckets",
            &mut context.protected_buckets().iter().copied(),
        );
        for provider in estate.graph.providers() {
            let known = [
                ("own_accounts", &provider.account),
                ("allowed_regions", &provider.region),
            ];
            for (setting, value) in known {
                let value = value.iter().map(|value| value.clone().into_owned());
                found.entry(setting).or_default().extend(value);
            }
        }
    });
    let mut problems = overview.problems;
    problems.retain(|problem| problem.fatal);
    (Settings::template(&found), problems)
}

/// By what a setting names it: its name, else its address.
fn name(context: &Context<'_, '_>, id: ResourceId) -> String {
    let resource = context.graph.get(id);
    let names = ["name", "bucket"].into_iter();
    let mut names = names.filter_map(|path| resource.if_any(path).and_then(Value::as_text));
    names.next().unwrap_or(resource.address.as_str()).to_owned()
}
