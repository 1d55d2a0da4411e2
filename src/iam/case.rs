//! Cases as `plangate debug iam` reads them: a request and the policies that take part, as JSON.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::decision::{Decision, Endpoint, Policies, decide};
use super::explain::explain;
use super::parse::{Identities, parse};
use super::policy::{Policy, PolicyKind};
use super::request::{Action, Context, Knowledge, Principal, Request};
use super::text::{Domain, Hole, HoleId, Text};
use super::{ArnSubject, Hinge, catalogue, remarks};
use crate::model::problem::Problem;
use crate::model::source::{SourceMap, Span};
use crate::model::truth::Truth;
use crate::model::value::{Piece, Value, Why};

/// A request with the policies that take part.
#[derive(Debug)]
pub struct Case {
    request: Request,
    identity: Vec<Policy>,
    boundary: Option<Policy>,
    session: Option<Policy>,
    resource: Option<Policy>,
    service_control: Vec<Vec<Policy>>,
    resource_control: Vec<Vec<Policy>>,
    endpoint: Option<Policy>,
    problems: Vec<Problem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written<'c> {
    request: WrittenRequest,
    #[serde(default, borrow)]
    identity_policies: Vec<&'c RawValue>,
    #[serde(default, borrow)]
    permission_boundaries: Vec<&'c RawValue>,
    #[serde(default, borrow)]
    session_policy: Option<&'c RawValue>,
    #[serde(default, borrow)]
    resource_policy: Option<&'c RawValue>,
    #[serde(default, borrow)]
    service_control_policies: Vec<&'c RawValue>,
    #[serde(default, borrow)]
    resource_control_policies: Vec<&'c RawValue>,
    #[serde(default, borrow)]
    vpc_endpoint_policies: Vec<&'c RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenRequest {
    principal: String,
    action: String,
    resource: String,
    resource_account: Option<String>,
    #[serde(default)]
    context: Map<String, Json>,
}

/// `{name, policy}`, else the document itself.
#[derive(Deserialize)]
struct Named<'c> {
    name: Option<String>,
    #[serde(borrow)]
    policy: &'c RawValue,
}

/// The policies of one level of an organization.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Level<'c> {
    org_identifier: Option<String>,
    #[serde(borrow)]
    policies: Vec<&'c RawValue>,
}

impl Case {
    /// Reads one case. Policies that AWS would refuse are kept, with a problem each.
    ///
    /// # Errors
    /// What is wrong with the case, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        let written: Written<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let asked = written.request;
        let action = Action::new(&asked.action)
            .ok_or_else(|| format!("`{}` is no action such as s3:GetObject", asked.action))?;
        let context = context_of(&asked.context)?;
        let principal = principal_of(&asked)?;
        let resource = if catalogue::is_without_resource(&action) == Truth::Yes {
            "*"
        } else {
            asked.resource.as_str()
        };
        let owner = asked
            .resource_account
            .clone()
            .or_else(|| account_of(resource));
        let owner = owner
            .map(Text::from)
            .or_else(|| principal.account().cloned());
        let resource_kind = match action.service() {
            "s3" => PolicyKind::Bucket,
            "kms" => PolicyKind::Key,
            "ecr" => PolicyKind::Repository,
            "sts" | "iam" => PolicyKind::Trust,
            _ => PolicyKind::Resource,
        };
        let mut reader = Reader::new(text);
        let mut list = |documents: &[&RawValue], kind, what: &str| {
            let documents = documents.iter().enumerate();
            let named = documents.map(|(at, raw)| (format!("{what} {}", at + 1), raw));
            named
                .map(|(name, raw)| reader.policy(raw, kind, &name))
                .collect::<Vec<_>>()
        };
        let identity = list(
            &written.identity_policies,
            PolicyKind::Identity,
            "identity policy",
        );
        let boundaries = list(
            &written.permission_boundaries,
            PolicyKind::Boundary,
            "boundary",
        );
        let endpoints = list(
            &written.vpc_endpoint_policies,
            PolicyKind::Endpoint,
            "endpoint policy",
        );
        let session = written.session_policy.filter(is_written);
        let session = session.map(|raw| reader.policy(raw, PolicyKind::Session, "session policy"));
        let resource_policy = written.resource_policy.filter(is_written);
        let resource_policy =
            resource_policy.map(|raw| reader.policy(raw, resource_kind, resource_kind.words()));
        let service_control = reader.levels(
            &written.service_control_policies,
            PolicyKind::ServiceControl,
        );
        let resource_control = reader.levels(
            &written.resource_control_policies,
            PolicyKind::ResourceControl,
        );
        Ok(Self {
            boundary: at_most_one(boundaries, "permissions boundary")?,
            endpoint: at_most_one(endpoints, "endpoint policy")?,
            request: Request {
                principal,
                action,
                resource: ArnSubject::new(resource.into()),
                owner,
                context,
            },
            identity,
            session,
            resource: resource_policy,
            service_control,
            resource_control,
            problems: reader.problems,
        })
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The policies that take part.
    #[must_use]
    pub fn policies(&self) -> Policies<'_> {
        fn levels(levels: &[Vec<Policy>]) -> Vec<Vec<&Policy>> {
            levels.iter().map(|level| level.iter().collect()).collect()
        }
        let is_gateway = matches!(self.request.action.service(), "s3" | "dynamodb");
        Policies {
            identity: self.identity.iter().collect(),
            boundary: self.boundary.as_ref(),
            session: self.session.as_ref(),
            resource: self.resource.as_ref(),
            grants: None,
            service_control: levels(&self.service_control),
            resource_control: levels(&self.resource_control),
            endpoint: self.endpoint.as_ref().map(|policy| Endpoint {
                policy: Some(policy),
                gateway: is_gateway,
            }),
        }
    }

    /// What is wrong with its policies.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Decides it.
    #[must_use]
    pub fn decide(&self) -> Decision {
        decide(&self.policies(), &self.request)
    }

    fn all(&self) -> impl Iterator<Item = &Policy> {
        let levels = self.service_control.iter().chain(&self.resource_control);
        let single = [
            &self.boundary,
            &self.session,
            &self.resource,
            &self.endpoint,
        ];
        self.identity
            .iter()
            .chain(levels.flatten())
            .chain(single.into_iter().flatten())
    }
}

fn at_most_one(mut policies: Vec<Policy>, what: &str) -> Result<Option<Policy>, String> {
    match policies.len() {
        0 | 1 => Ok(policies.pop()),
        count => Err(format!(
            "there are {count} of {what}, and AWS knows one at most"
        )),
    }
}

fn is_written(raw: &&RawValue) -> bool {
    raw.get() != "null"
}

fn account_of(arn: &str) -> Option<String> {
    let account = arn
        .split(':')
        .nth(4)
        .filter(|account| !account.is_empty())?;
    arn.starts_with("arn:").then(|| account.to_owned())
}

/// A session's ARN does not have the path of its role; the context may.
fn principal_of(asked: &WrittenRequest) -> Result<Principal, String> {
    let principal = match Principal::parse(&asked.principal)? {
        // A provider of web identities goes by its domain, as services do.
        Principal::Service { name } if asked.action.ends_with("AssumeRoleWithWebIdentity") => {
            Principal::Federated { provider: name }
        }
        other => other,
    };
    let Principal::Role { arn, .. } = &principal else {
        return Ok(principal);
    };
    let (arn, known) = (arn.known().unwrap_or(""), asked.context.iter());
    let mut known = known.filter(|(key, _)| key.eq_ignore_ascii_case("aws:PrincipalArn"));
    let told = known.next().and_then(|(_, value)| value.as_str());
    let name = |arn: &str| arn.rsplit('/').next().map(str::to_owned);
    let is_it = |told: &&str| {
        told.contains(":role/") && account_of(told) == account_of(arn) && name(told) == name(arn)
    };
    Ok(match told.filter(is_it) {
        Some(told) => principal.with_role(told),
        None => principal,
    })
}

fn context_of(written: &Map<String, Json>) -> Result<Context, String> {
    let mut context = Context::closed();
    for (key, value) in written {
        let single = |value: &Json| match value {
            Json::String(text) => Ok(Text::from(text.as_str())),
            Json::Number(number) => Ok(Text::from(number.to_string())),
            Json::Bool(flag) => Ok(Text::from(flag.to_string())),
            _ => Err(format!(
                "context key `{key}` is neither text nor a list of texts"
            )),
        };
        let knowledge = match value {
            Json::Null => Knowledge::ABSENT,
            Json::Array(values) => {
                Knowledge::values(values.iter().map(single).collect::<Result<Vec<_>, _>>()?)
            }
            value => Knowledge::value(single(value)?),
        };
        context = context.with(key, knowledge);
    }
    Ok(context)
}

struct Reader {
    whole: Span,
    start: usize,
    problems: Vec<Problem>,
    holes: u32,
}

impl Reader {
    fn new(text: &str) -> Self {
        let mut sources = SourceMap::default();
        let file = sources.add("case", String::new());
        let whole = Span {
            file,
            start: 0,
            end: u32::try_from(text.len()).unwrap_or(u32::MAX),
        };
        Self {
            start: text.as_ptr() as usize,
            whole,
            problems: Vec::new(),
            holes: 0,
        }
    }

    fn policy(&mut self, raw: &RawValue, kind: PolicyKind, name: &str) -> Policy {
        let (document, name) = match serde_json::from_str::<Named<'_>>(raw.get()) {
            Ok(named) => (named.policy, named.name.unwrap_or_else(|| name.to_owned())),
            Err(_) => (raw, name.to_owned()),
        };
        let offset = (document.get().as_ptr() as usize).saturating_sub(self.start);
        let start = u32::try_from(offset).unwrap_or(0);
        let length = u32::try_from(document.get().len()).unwrap_or(0);
        let origin = Span {
            start,
            end: start.saturating_add(length),
            ..self.whole
        };
        let value = Value::text(document.get(), origin);
        let (policy, problems) = parse(name, kind, &value, self);
        self.problems.extend(problems);
        policy
    }

    /// Each `{orgIdentifier, policies}` is a level; documents without are one together.
    fn levels(&mut self, raws: &[&RawValue], kind: PolicyKind) -> Vec<Vec<Policy>> {
        let (mut levels, mut bare) = (Vec::new(), Vec::new());
        for (at, raw) in raws.iter().enumerate() {
            if let Ok(level) = serde_json::from_str::<Level<'_>>(raw.get()) {
                let place = level
                    .org_identifier
                    .unwrap_or_else(|| format!("level {}", at + 1));
                let policies = level.policies.iter().enumerate().map(|(at, raw)| {
                    let name = format!("{} {} of {place}", kind.words(), at + 1);
                    self.policy(raw, kind, &name)
                });
                levels.push(policies.collect());
            } else {
                let name = format!("{} {}", kind.words(), at + 1);
                bare.push(self.policy(raw, kind, &name));
            }
        }
        if !bare.is_empty() {
            levels.push(bare);
        }
        levels
    }
}

impl Identities for Reader {
    fn piece(&mut self, _: &Piece<'_>) -> Text {
        let hole = self.unknown(Why::UnexpectedForm);
        Text::hole(hole)
    }

    fn unknown(&mut self, _: Why) -> Hole {
        self.holes += 1;
        Hole {
            id: HoleId(self.holes),
            domain: Domain::ANY,
            class: None,
        }
    }
}

/// What `debug iam` writes for one case.
#[derive(Serialize)]
struct Answer<'c> {
    id: Json,
    decision: &'static str,
    because: Vec<Reason<'c>>,
    hinges_on: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Reason<'c> {
    layer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'c str>,
    text: &'c str,
}

/// Answers each line with a line, in order. A line that is no case is answered by an error.
///
/// # Errors
/// Where the streams fail.
pub fn answer_lines(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return output.flush();
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let text = std::str::from_utf8(&line).map_err(|error| error.to_string());
        let text = text.map(|text| text.trim_start_matches('\u{feff}'));
        answer_line(text, output)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
}

fn answer_line(text: Result<&str, String>, output: &mut dyn Write) -> io::Result<()> {
    #[derive(Deserialize)]
    struct Identified {
        #[serde(default)]
        id: Json,
    }
    let id = text
        .as_ref()
        .ok()
        .and_then(|text| serde_json::from_str::<Identified>(text).ok());
    let id = id.map_or(Json::Null, |identified| identified.id);
    match text.and_then(Case::read) {
        Ok(case) => {
            let name = |_: HoleId| "a value that is not a text".to_owned();
            let outcome = explain(&case.policies(), &case.request, &name);
            let problems = case.problems.iter();
            let problems =
                problems.map(|problem| format!("{}; {}", problem.message, problem.consequence));
            let remarks = case
                .all()
                .flat_map(remarks::remarks)
                .map(|remark| remark.message);
            let notes = outcome.notes.iter().map(|note| (*note).to_owned());
            let answer = Answer {
                id,
                decision: decision_name(outcome.decision),
                because: outcome
                    .because
                    .iter()
                    .map(|because| Reason {
                        layer: because.layer.name(),
                        policy: because.policy.as_deref(),
                        statement: because.statement,
                        sid: because.sid.as_deref(),
                        text: &because.text,
                    })
                    .collect(),
                hinges_on: outcome.hinges_on.iter().map(hinge_name).collect(),
                notes: notes.chain(problems).chain(remarks).collect(),
            };
            serde_json::to_writer(output, &answer).map_err(io::Error::from)
        }
        Err(error) => {
            let answer = serde_json::json!({"id": id, "decision": "Error", "because": [], "hinges_on": [], "error": error});
            serde_json::to_writer(output, &answer).map_err(io::Error::from)
        }
    }
}

fn decision_name(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "Allowed",
        Decision::DeniedExplicitly => "ExplicitlyDenied",
        Decision::DeniedByDefault => "ImplicitlyDenied",
        Decision::Undecided => "Undetermined",
    }
}

fn hinge_name(hinge: &Hinge) -> String {
    match hinge {
        Hinge::Hole(_) => "a value that is not a text".to_owned(),
        Hinge::Key(key) => format!("the context key {key}"),
        Hinge::Owner => "the account that owns the resource".to_owned(),
        Hinge::Policy(name) | Hinge::Refused(name) => format!("what `{name}` says"),
        Hinge::Undocumented(what) => format!("what AWS does not document: {what}"),
    }
}
