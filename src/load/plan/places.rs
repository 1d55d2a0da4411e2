//! In which account and region each provider configuration works, as far as a plan tells.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::configuration::{Argument, WrittenProvider};
use crate::model::expression::Configuration;
use crate::model::graph::Provider;
use crate::model::resource::Resource;
use crate::model::value::Value;
use crate::model::vocabulary::Kind;

/// Works out the provider configurations from their arguments and from the data sources that ask them
/// who and where they are. The order is that of `written`.
pub(super) fn providers<'a>(
    written: Vec<WrittenProvider<'a>>,
    variables: &[(String, String)],
    data: &[Resource<'a>],
    configuration: &Configuration<'a>,
) -> Vec<Provider<'a>> {
    let mut providers: Vec<Provider<'a>> = written
        .into_iter()
        .map(|provider| Provider {
            region: provider.region.and_then(|region| match region {
                Argument::Text(text) => Some(Cow::Owned(text)),
                Argument::Mention(name) => {
                    let name = name.strip_prefix("var.")?;
                    let (_, value) = variables.iter().find(|(known, _)| known == name)?;
                    Some(Cow::Owned(value.clone()))
                }
            }),
            account: provider.account.map(Cow::Owned),
            partition: None,
            name: provider.key,
        })
        .collect();
    if providers.is_empty() {
        providers.push(Provider::default());
    }
    let mut answers = vec![Answers::default(); providers.len()];
    let mut place = String::new();
    for resource in data {
        place.clear();
        resource.address.without_keys(&mut place);
        let written = configuration.resources.get(&place);
        let at = written
            .and_then(|written| written.provider)
            .unwrap_or_default();
        if let Some(answers) = answers.get_mut(at.0 as usize) {
            answers.ask(resource);
        }
    }
    for (provider, answers) in providers.iter_mut().zip(answers) {
        let own = |known: &mut Option<Cow<'a, str>>, answers: BTreeSet<&str>| {
            // Answers that differ come from configurations that the plan gives one name.
            if let (None, [one]) = (&known, answers.into_iter().collect::<Vec<_>>().as_slice()) {
                *known = Some((*one).to_owned().into());
            }
        };
        own(&mut provider.account, answers.accounts);
        own(&mut provider.region, answers.regions);
        own(&mut provider.partition, answers.partitions);
        if provider.partition.is_none() {
            provider.partition = provider.region.as_deref().map(partition_of);
        }
    }
    providers
}

/// What data sources say about the provider that read them.
#[derive(Default, Clone)]
struct Answers<'d> {
    accounts: BTreeSet<&'d str>,
    regions: BTreeSet<&'d str>,
    partitions: BTreeSet<&'d str>,
}

impl<'d> Answers<'d> {
    fn ask(&mut self, resource: &'d Resource<'_>) {
        let text = |name: &str| resource.get(name).and_then(Value::as_text);
        match resource.kind() {
            Some(Kind::CallerIdentity) => self.accounts.extend(text("account_id")),
            Some(Kind::Region) => self.regions.extend(text("region").or_else(|| text("name"))),
            Some(Kind::Partition) => self.partitions.extend(text("partition")),
            _ => {}
        }
    }
}

/// The partition of a region; AWS documentation, "AWS Regions and Partitions".
fn partition_of(region: &str) -> Cow<'static, str> {
    let partitions = BTreeMap::from([
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ]);
    let special = partitions
        .into_iter()
        .find_map(|(prefix, partition)| region.starts_with(prefix).then_some(partition));
    special.unwrap_or("aws").into()
}
