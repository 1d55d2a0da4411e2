//! In which account and region each provider configuration works, as far as a plan tells.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::configuration::{Argument, WrittenProvider};
use crate::model::expression::Configuration;
use crate::model::graph::Provider;
use crate::model::resource::{Resource, Standing};
use crate::model::value::Value;
use crate::model::vocabulary::Kind;

/// Works out the provider configurations from their arguments, from the data sources that ask them who
/// and where they are, and from where their resources are. The order is that of `written`.
pub(super) fn providers<'a>(
    written: Vec<WrittenProvider<'a>>,
    variables: &[(String, Value<'a>)],
    data: &[Resource<'a>],
    resources: &[Resource<'a>],
    configuration: &Configuration<'a>,
) -> Vec<Provider<'a>> {
    let mentions = written.iter().map(|provider| match &provider.region {
        Some(Argument::Mention(name)) => Some(name.clone()),
        _ => None,
    });
    let mentions: Vec<_> = mentions.collect();
    let mut providers: Vec<Provider<'a>> = written
        .into_iter()
        .map(|provider| Provider {
            region: provider.region.and_then(|region| match region {
                Argument::Text(text) => Some(Cow::Owned(text)),
                Argument::Mention(name) => {
                    let name = name.strip_prefix("var.")?;
                    let (_, value) = variables.iter().find(|(known, _)| known == name)?;
                    Some(Cow::Owned(value.as_text()?.to_owned()))
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
    for resource in resources {
        let at = resource.provider.unwrap_or_default();
        let is_own = resource.standing == Standing::Judged;
        if let Some(answers) = answers.get_mut(at.0 as usize).filter(|_| is_own) {
            answers.see(resource);
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
    same_regions(&mut providers, &mentions);
    providers
}

/// Two configurations that take their region from one name are in one region.
fn same_regions(providers: &mut [Provider<'_>], mentions: &[Option<Cow<'_, str>>]) {
    let told: BTreeMap<_, _> = providers
        .iter()
        .zip(mentions)
        .filter_map(|(provider, mention)| Some((mention.clone()?, provider.region.clone()?)))
        .collect();
    for (provider, mention) in providers.iter_mut().zip(mentions) {
        if provider.region.is_none() {
            let region = mention.as_ref().and_then(|name| told.get(name));
            provider.region = region.cloned();
            provider.partition = provider.region.as_deref().map(partition_of);
        }
    }
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

    /// What a resource shows of the place that it is in: its region, and its ARN where it has one.
    fn see(&mut self, resource: &'d Resource<'_>) {
        let text = |name: &str| resource.if_any(name).and_then(Value::as_text);
        self.regions.extend(text("region"));
        let Some(arn) = text("arn") else { return };
        if let ["arn", partition, _, region, account, _] =
            arn.splitn(6, ':').collect::<Vec<_>>().as_slice()
        {
            self.partitions.insert(partition);
            self.regions.extend((!region.is_empty()).then_some(*region));
            let is_id = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
            self.accounts.extend(is_id.then_some(*account));
        }
    }
}

/// The partition of a region; AWS documentation, "AWS Regions and Partitions".
pub(crate) fn partition_of(region: &str) -> Cow<'static, str> {
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
