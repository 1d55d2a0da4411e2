//! Saved answers of the AWS CLI, which tell what lies outside the inputs. They are told by their content,
//! and never judged.
//!
//! Source: AWS CLI Command Reference, the output of the commands in [`Command`], which is that of the API
//! without its paging: the CLI asks for all pages unless `--max-items` or `--no-paginate` forbids it.

mod identities;
mod key;
mod network;

use std::borrow::Cow;
use std::collections::HashSet;

use serde::de::DeserializeSeed;

use super::LoadError;
use super::json::{Reading, ValueSeed};
use super::plan::partition_of;
use crate::model::expression::Configuration;
use crate::model::graph::{Draft, Provider};
use crate::model::problem::Problem;
use crate::model::resource::{Address, Resource, Standing};
use crate::model::source::{FileId, SourceMap, Span};
use crate::model::value::{Data, Map, ProviderId, Value, Why};
use crate::model::vocabulary::{Kind, Shape, terraform_type};

/// What a report calls such an input.
pub const FORM: &str = "aws-cli-answer";

/// A command of which the answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Users, groups, roles and their policies.
    Identities,
    /// The policy of one key, which the answer does not name.
    KeyPolicy,
    /// VPC endpoints.
    Endpoints,
    /// Route tables, their routes and associations.
    RouteTables,
    /// Subnets.
    Subnets,
}

impl Command {
    /// The command whose answer has this key at its top.
    #[must_use]
    pub(super) fn of_key(key: &str) -> Option<Self> {
        Some(match key {
            "RoleDetailList" | "UserDetailList" | "GroupDetailList" => Self::Identities,
            "Policy" => Self::KeyPolicy,
            "VpcEndpoints" => Self::Endpoints,
            "RouteTables" => Self::RouteTables,
            "Subnets" => Self::Subnets,
            _ => return None,
        })
    }

    /// As it is typed after `aws`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identities => "iam get-account-authorization-details",
            Self::KeyPolicy => "kms get-key-policy",
            Self::Endpoints => "ec2 describe-vpc-endpoints",
            Self::RouteTables => "ec2 describe-route-tables",
            Self::Subnets => "ec2 describe-subnets",
        }
    }

    /// The kinds of which it lists all that an account, or an account's region, has.
    #[must_use]
    pub const fn lists(self) -> &'static [Kind] {
        match self {
            Self::Identities => &[Kind::Role, Kind::User, Kind::Group],
            Self::KeyPolicy => &[],
            Self::Endpoints => &[Kind::Endpoint],
            Self::RouteTables => &[Kind::RouteTable, Kind::RtAssoc, Kind::RtMain],
            Self::Subnets => &[Kind::Subnet],
        }
    }
}

/// An answer that was read.
#[derive(Debug)]
pub struct Answer<'a> {
    /// What was asked.
    pub command: Command,
    /// What it tells of.
    pub draft: Draft<'a>,
    /// What was not understood.
    pub problems: Vec<Problem>,
}

/// Reads an answer, or several pages of one, one after another in a text. `of` is what the user says that it
/// is about: an answer about a key does not name it.
pub fn load<'a>(
    sources: &'a SourceMap,
    file: FileId,
    command: Command,
    of: Option<&str>,
) -> Result<Answer<'a>, LoadError> {
    let reading = Reading::new(file, sources.text(file));
    let pages = pages(&reading, command)?;
    let mut told = Told::new(command, reading.everything());
    match (command, of) {
        (Command::KeyPolicy, None) => return Err(LoadError::KeyNotNamed),
        (Command::KeyPolicy, Some(arn)) => key::read(arn, pages, &mut told)?,
        (_, Some(_)) => return Err(LoadError::NoKeyPolicy),
        (Command::Identities, None) => identities::read(pages, &mut told)?,
        (Command::Endpoints, None) => network::endpoints(pages, &mut told)?,
        (Command::RouteTables, None) => network::route_tables(pages, &mut told)?,
        (Command::Subnets, None) => network::subnets(pages, &mut told)?,
    }
    Ok(told.finish())
}

/// The file that a word after `--context` names, and what that is about: `ARN=FILE`.
#[must_use]
pub fn named(context: &str) -> (Option<&str>, &str) {
    match context.split_once('=') {
        Some((arn, path)) if arn.starts_with("arn:") => (Some(arn), path),
        _ => (None, context),
    }
}

/// The objects of a text: one for each page.
fn pages<'a>(reading: &Reading<'a>, command: Command) -> Result<Vec<Map<'a>>, LoadError> {
    let mut deserializer = serde_json::Deserializer::from_str(reading.text());
    let mut pages = Vec::new();
    loop {
        let seed = ValueSeed {
            reading,
            field: None,
            origin: reading.everything(),
        };
        let page = seed.deserialize(&mut deserializer);
        let page = page.map_err(|error| LoadError::broken_answer(command, &error))?;
        let Data::Map(page) = page.data else {
            return Err(LoadError::OddAnswer {
                command: command.name(),
                what: "a page that is no object".to_owned(),
            });
        };
        pages.push(page);
        if deserializer.end().is_ok() {
            return Ok(pages);
        }
    }
}

/// What has been read of an answer.
struct Told<'a> {
    command: Command,
    everything: Span,
    resources: Vec<Resource<'a>>,
    addresses: HashSet<String>,
    providers: Vec<Provider<'a>>,
    problems: Vec<Problem>,
    is_partial: bool,
}

impl<'a> Told<'a> {
    fn new(command: Command, everything: Span) -> Self {
        Self {
            command,
            everything,
            resources: Vec::new(),
            addresses: HashSet::new(),
            providers: Vec::new(),
            problems: Vec::new(),
            is_partial: false,
        }
    }

    /// The elements of a list at the top of the pages. What follows the last page is not told.
    fn elements(
        &mut self,
        pages: &mut [Map<'a>],
        key: &str,
    ) -> Result<Vec<Element<'a>>, LoadError> {
        let mut elements = Vec::new();
        for page in pages {
            match page.remove(key).map(|value| value.data) {
                // IAM leaves a list out that has nothing on this page.
                None | Some(Data::Null) => {}
                Some(Data::List(list)) => {
                    for value in list {
                        let at = value.origin;
                        match Element::of(value) {
                            Some(element) => elements.push(element),
                            None => {
                                self.odd(&format!("`{key}` has an element that is no object"), at);
                            }
                        }
                    }
                }
                Some(_) => {
                    return Err(LoadError::OddAnswer {
                        command: self.command.name(),
                        what: format!("`{key}`, which is no list"),
                    });
                }
            }
        }
        Ok(elements)
    }

    /// Notes that the last page names a next one.
    fn note_next(&mut self, pages: &[Map<'a>]) {
        let Some(last) = pages.last() else { return };
        let is_said = |value: &Value<'_>| match &value.data {
            Data::Text(text) => !text.is_empty(),
            Data::Bool(flag) => *flag,
            _ => false,
        };
        let keys = ["IsTruncated", "Marker", "NextToken"];
        let next = keys.iter().find_map(|key| {
            let value = last.get(key).filter(|value| is_said(value))?;
            Some((key, value.origin))
        });
        if let Some((key, at)) = next {
            self.is_partial = true;
            self.problems.push(Problem::at(
                format!("the answer is not complete: `{key}` says that more follows"),
                at,
                "what is missing from it is not taken to be absent; make it again without --max-items and \
                 --no-paginate, or write its pages one after another into one file",
            ));
        }
    }

    /// Something that is not as AWS writes it.
    fn odd(&mut self, message: &str, at: Span) {
        self.is_partial = true;
        let consequence = "it is passed over, and what is missing is not taken to be absent";
        self.problems.push(Problem::at(message, at, consequence));
    }

    /// The provider configuration that stands for a place.
    fn place(
        &mut self,
        partition: Option<&str>,
        region: Option<&str>,
        account: Option<&str>,
    ) -> ProviderId {
        let found = self.providers.iter().position(|known| {
            known.partition.as_deref() == partition
                && known.region.as_deref() == region
                && known.account.as_deref() == account
        });
        let at = found.unwrap_or_else(|| {
            let owned = |text: &str| Cow::Owned(text.to_owned());
            self.providers.push(Provider {
                name: Cow::Borrowed(""),
                account: account.map(owned),
                region: region.map(owned),
                partition: partition.map(owned),
            });
            self.providers.len() - 1
        });
        ProviderId(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// The place that an ARN is in.
    fn place_of(&mut self, arn: &str) -> Option<ProviderId> {
        let parts: Vec<_> = arn.splitn(6, ':').collect();
        let ["arn", partition, _, region, account, _] = parts.as_slice() else {
            return None;
        };
        let region = (!region.is_empty()).then_some(*region);
        Some(self.place(
            Some(partition),
            region,
            is_account(account).then_some(*account),
        ))
    }

    /// Takes a resource in, under its type in Terraform. One that several pages tell is one.
    fn add(
        &mut self,
        type_name: &'static str,
        address: String,
        attributes: Map<'a>,
        at: Span,
        provider: ProviderId,
    ) {
        if !self.addresses.insert(address.clone()) {
            return;
        }
        self.resources.push(Resource {
            address: Address(address.into()),
            type_name: type_name.into(),
            entry: terraform_type(type_name, true),
            attributes,
            open: false,
            origin: at,
            standing: Standing::Judged,
            existed_before: Some(true),
            construct: None,
            provider: Some(provider),
        });
    }

    fn finish(mut self) -> Answer<'a> {
        if self.providers.is_empty() {
            self.providers.push(Provider::default());
        }
        let incomplete = match self.command {
            _ if self.is_partial => Some(Why::PartialAnswer),
            // What routes a subnet, another answer tells.
            Command::Subnets => Some(Why::ExternalResource),
            _ => None,
        };
        Answer {
            command: self.command,
            draft: Draft {
                resources: self.resources,
                deleted: Vec::new(),
                configuration: Configuration::default(),
                providers: self.providers,
                parameters: Vec::new(),
                incomplete,
            },
            problems: self.problems,
        }
    }
}

/// One object of a list, with its place: that of the first text in it.
struct Element<'a> {
    map: Map<'a>,
    at: Span,
}

impl<'a> Element<'a> {
    fn of(value: Value<'a>) -> Option<Self> {
        let Data::Map(map) = value.data else {
            return None;
        };
        let text = map.iter().find(|(_, value)| value.as_text().is_some());
        let at = text.map_or(value.origin, |(_, text)| text.origin);
        Some(Self { map, at })
    }

    /// A text, by its key.
    fn text(&self, key: &str) -> Option<&str> {
        let text = self.map.get(key).and_then(Value::as_text);
        text.filter(|text| !text.is_empty())
    }

    /// Moves a value to its canonical name; an empty text or list says that there is nothing.
    fn hand(&mut self, key: &str, name: &'static str, attributes: &mut Map<'a>) {
        let Some(value) = self.map.remove(key) else {
            return;
        };
        let is_empty = match &value.data {
            Data::Null => true,
            Data::Text(text) => text.is_empty(),
            Data::List(list) => list.is_empty(),
            _ => false,
        };
        if !is_empty {
            attributes.insert(name, value);
        }
    }

    /// Moves tags, as AWS lists them, to a map of them.
    fn hand_tags(&mut self, attributes: &mut Map<'a>) {
        if let Some(tags) = self.map.remove("Tags") {
            let at = tags.origin;
            let tags = super::shaped(tags, Shape::Tags, at);
            attributes.push(Cow::Borrowed("tags"), tags);
        }
    }

    /// The objects of a list inside.
    fn inner(&mut self, key: &str) -> Vec<Self> {
        let list = match self.map.remove(key).map(|value| value.data) {
            Some(Data::List(list)) => list,
            _ => Vec::new(),
        };
        list.into_iter().filter_map(Self::of).collect()
    }
}

/// Adds attributes that the service has and the answer does not tell.
fn untold(names: &[&'static str], attributes: &mut Map<'_>, at: Span) {
    for name in names {
        if attributes.get(name).is_none() {
            let value = Value::new(Data::Unknown(Why::ExternalResource), at);
            attributes.push(Cow::Borrowed(*name), value);
        }
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
