//! A second, deliberately plain evaluator for concrete IAM cases, written from
//! `spec/iam-evaluation.md` alone. Tests compare the engine with it, so it shares no code with the
//! engine, keeps nothing between calls and prefers the wording of the specification to speed.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;
use jiff::Timestamp;
use serde_json::Value;

/// The order of the variants makes AND the minimum and OR the maximum (section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    False,
    Unknown,
    True,
}

use Truth::{False, True, Unknown};

impl Truth {
    fn of(value: bool) -> Truth {
        if value { True } else { False }
    }

    fn and(self, other: Truth) -> Truth {
        self.min(other)
    }

    fn or(self, other: Truth) -> Truth {
        self.max(other)
    }

    fn not(self) -> Truth {
        match self {
            False => True,
            Unknown => Unknown,
            True => False,
        }
    }
}

fn any(truths: impl IntoIterator<Item = Truth>) -> Truth {
    truths.into_iter().fold(False, Truth::or)
}

fn all(truths: impl IntoIterator<Item = Truth>) -> Truth {
    truths.into_iter().fold(True, Truth::and)
}

/// Section 3.1.
enum Caller {
    Session {
        session_arn: String,
        role_arn: String,
        account: String,
    },
    User {
        arn: String,
        account: String,
    },
    Root {
        account: String,
    },
    Service(String),
    Anonymous,
}

impl Caller {
    fn account(&self) -> Option<&str> {
        match self {
            Caller::Session { account, .. }
            | Caller::User { account, .. }
            | Caller::Root { account } => Some(account),
            Caller::Service(_) | Caller::Anonymous => None,
        }
    }

    fn is_service_linked(&self) -> bool {
        matches!(self, Caller::Session { role_arn, .. } if role_arn.contains(":role/aws-service-role/"))
    }
}

struct Request {
    caller: Caller,
    action: String,
    resource: String,
    resource_account: Option<String>,
    context: BTreeMap<String, Vec<String>>,
    has_boundary: bool,
}

impl Request {
    fn values(&self, key: &str) -> Option<&Vec<String>> {
        let values = self.context.get(&key.to_lowercase())?;
        (!values.is_empty()).then_some(values)
    }

    fn service(&self) -> &str {
        self.action.split(':').next().unwrap_or_default()
    }
}

/// What sort of document a policy is: decides which elements it may hold.
#[derive(Clone, Copy, PartialEq)]
enum Layer {
    Identity,
    Session,
    ServiceControl,
    ResourceControl,
    Trust,
    Resource,
    GatewayEndpoint,
    InterfaceEndpoint,
}

impl Layer {
    fn has_principal(self) -> bool {
        !matches!(
            self,
            Layer::Identity | Layer::Session | Layer::ServiceControl
        )
    }
}

/// How a statement came to hold for the caller (section 3.2). `Plain` is for documents without a
/// principal, `Free` for the user, session and federated matches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Plain,
    Wildcard,
    Account,
    Role,
    Free,
    Service,
}

const EVERY_KIND: [Kind; 6] = [
    Kind::Plain,
    Kind::Wildcard,
    Kind::Account,
    Kind::Role,
    Kind::Free,
    Kind::Service,
];

/// What one document says about one request.
struct Outcome {
    deny: Truth,
    allow: BTreeMap<Kind, Truth>,
}

impl Outcome {
    fn silent() -> Outcome {
        Outcome {
            deny: False,
            allow: BTreeMap::new(),
        }
    }

    fn invalid() -> Outcome {
        Outcome {
            deny: Unknown,
            allow: EVERY_KIND.into_iter().map(|kind| (kind, Unknown)).collect(),
        }
    }

    fn by(&self, kinds: &[Kind]) -> Truth {
        any(kinds
            .iter()
            .map(|kind| self.allow.get(kind).copied().unwrap_or(False)))
    }

    fn allows(&self) -> Truth {
        self.by(&EVERY_KIND)
    }
}

/// Section 9.2.
enum ResourceSort {
    Ordinary,
    KeyOrTrust,
    WithoutPolicy,
}

pub(super) fn decide(case: &Value) -> &'static str {
    let Some(request) = read_request(case) else {
        return "Undetermined";
    };
    let is_trust = request.service() == "sts" && is_role(&request.resource);
    let sort = resource_sort(&request.resource, is_trust);
    let resource_layer = if is_trust {
        Layer::Trust
    } else {
        Layer::Resource
    };
    let endpoint_layer = match request.service() {
        "s3" | "dynamodb" => Layer::GatewayEndpoint,
        _ => Layer::InterfaceEndpoint,
    };

    let outcomes = |field: &str, layer: Layer| -> Vec<Outcome> {
        items(case.get(field))
            .map(|item| evaluate(document(item), layer, &request))
            .collect()
    };
    // Nothing can be attached to the root user, who may do everything in its account but assume roles.
    let is_root = matches!(request.caller, Caller::Root { .. });
    let attached = |field: &str, layer: Layer| {
        if is_root {
            Vec::new()
        } else {
            outcomes(field, layer)
        }
    };
    let identity = attached("identityPolicies", Layer::Identity);
    let boundaries = attached("permissionBoundaries", Layer::Identity);
    let sessions = attached("sessionPolicy", Layer::Session);
    let endpoints = outcomes("vpcEndpointPolicies", endpoint_layer);
    let resource = match sort {
        ResourceSort::WithoutPolicy => Outcome::silent(),
        _ => outcomes("resourcePolicy", resource_layer)
            .pop()
            .unwrap_or_else(Outcome::silent),
    };
    let levels = |field: &str, layer: Layer, bound: bool| -> Vec<Vec<Outcome>> {
        if !bound {
            return Vec::new();
        }
        let evaluate_level = |level: Vec<&Value>| {
            level
                .into_iter()
                .map(|item| evaluate(item, layer, &request))
                .collect()
        };
        control_levels(case.get(field))
            .into_iter()
            .map(evaluate_level)
            .collect()
    };
    let linked = request.caller.is_service_linked();
    let service_control = levels(
        "serviceControlPolicies",
        Layer::ServiceControl,
        request.caller.account().is_some() && !linked,
    );
    let resource_control = levels(
        "resourceControlPolicies",
        Layer::ResourceControl,
        under_resource_control(request.service()) && !linked,
    );

    let deny = any(identity
        .iter()
        .chain(&boundaries)
        .chain(&sessions)
        .chain(&endpoints)
        .chain([&resource])
        .chain(service_control.iter().flatten())
        .chain(resource_control.iter().flatten())
        .map(|outcome| outcome.deny));

    let by_policy = any(identity.iter().map(Outcome::allows));
    let identity_side = if is_root { True } else { by_policy };
    let limits = all(boundaries.iter().chain(&sessions).map(Outcome::allows));
    let free = resource.by(&[Kind::Free, Kind::Wildcard]);
    let role = resource.by(&[Kind::Role]);
    let account = resource.by(&[Kind::Account]);
    let grant = match &request.caller {
        Caller::Service(_) => resource.by(&[Kind::Service, Kind::Wildcard]),
        Caller::Anonymous => resource.by(&[Kind::Wildcard]),
        Caller::Root { .. } if is_trust => False,
        caller if caller.account() != request.resource_account.as_deref() => {
            identity_side.and(limits).and(any([free, role, account]))
        }
        _ => match sort {
            ResourceSort::Ordinary => free.or(role.or(identity_side).and(limits)),
            ResourceSort::KeyOrTrust => any([
                free,
                role.and(limits),
                all([account, identity_side, limits]),
            ]),
            ResourceSort::WithoutPolicy => identity_side.and(limits),
        },
    };
    // The Allow-all RCP is always attached, so RCPs take part through their denials only.
    let gates = all(service_control
        .iter()
        .map(|level| any(level.iter().map(Outcome::allows)))
        .chain(endpoints.iter().map(Outcome::allows)));

    match (all([grant, gates, deny.not()]), deny) {
        (True, _) => "Allowed",
        (Unknown, _) => "Undetermined",
        (False, True) => "ExplicitlyDenied",
        (False, _) => "ImplicitlyDenied",
    }
}

// ---- the case format ----

fn read_request(case: &Value) -> Option<Request> {
    let request = case.get("request")?;
    let mut context = BTreeMap::new();
    if let Some(members) = request.get("context").and_then(Value::as_object) {
        for (key, value) in members {
            context.insert(key.to_lowercase(), texts(value)?);
        }
    }
    let principal_arn = context
        .get("aws:principalarn")
        .and_then(|values| values.first())
        .cloned();
    let caller = read_caller(request.get("principal")?.as_str()?, principal_arn)?;
    let resource = request.get("resource")?.as_str()?.to_string();
    let named_account = request
        .get("resourceAccount")
        .and_then(Value::as_str)
        .map(str::to_string);
    let arn_account = arn_fields(&resource)
        .map(|fields| fields[4].to_string())
        .filter(|account| !account.is_empty());
    let caller_account = caller.account().map(str::to_string);
    Some(Request {
        action: request.get("action")?.as_str()?.to_lowercase(),
        resource_account: named_account.or(arn_account).or(caller_account),
        has_boundary: items(case.get("permissionBoundaries")).next().is_some(),
        caller,
        resource,
        context,
    })
}

fn read_caller(principal: &str, principal_arn: Option<String>) -> Option<Caller> {
    if principal == "*" {
        return Some(Caller::Anonymous);
    }
    if principal.ends_with(".amazonaws.com") || principal.ends_with(".amazonaws.com.cn") {
        return Some(Caller::Service(principal.to_string()));
    }
    let fields = arn_fields(principal)?;
    let account = fields[4].to_string();
    let (sort, name) = fields[5].split_once('/').unwrap_or((fields[5], ""));
    match sort {
        "root" => Some(Caller::Root { account }),
        "user" | "federated-user" => Some(Caller::User {
            arn: principal.to_string(),
            account,
        }),
        "role" => Some(Caller::Session {
            session_arn: String::new(),
            role_arn: principal.to_string(),
            account,
        }),
        "assumed-role" => {
            let (role_name, _) = name.split_once('/')?;
            let plain = format!("arn:{}:iam::{account}:role/{role_name}", fields[1]);
            let start = format!("arn:{}:iam::{account}:role/", fields[1]);
            // A context key that names another role must not change who the caller is.
            let with_path = principal_arn
                .filter(|arn| arn.starts_with(&start) && arn.ends_with(&format!("/{role_name}")));
            Some(Caller::Session {
                session_arn: principal.to_string(),
                role_arn: with_path.unwrap_or(plain),
                account,
            })
        }
        _ => None,
    }
}

/// A missing field is no item, a single document is one item.
fn items(field: Option<&Value>) -> impl Iterator<Item = &Value> {
    match field {
        None | Some(Value::Null) => [].iter(),
        Some(Value::Array(list)) => list.iter(),
        Some(single) => std::slice::from_ref(single).iter(),
    }
}

fn document(item: &Value) -> &Value {
    item.get("policy").unwrap_or(item)
}

fn control_levels(field: Option<&Value>) -> Vec<Vec<&Value>> {
    let mut levels = Vec::new();
    let mut bare = Vec::new();
    for item in items(field) {
        match item.get("policies") {
            Some(policies) => levels.push(items(Some(policies)).map(document).collect()),
            None => bare.push(document(item)),
        }
    }
    if !bare.is_empty() {
        levels.push(bare);
    }
    levels
}

fn arn_fields(text: &str) -> Option<Vec<&str>> {
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    (fields.len() == 6 && fields[0] == "arn").then_some(fields)
}

fn is_role(resource: &str) -> bool {
    arn_fields(resource).is_some_and(|fields| fields[2] == "iam" && fields[5].starts_with("role/"))
}

fn resource_sort(resource: &str, is_trust: bool) -> ResourceSort {
    if is_trust {
        return ResourceSort::KeyOrTrust;
    }
    let Some(fields) = arn_fields(resource) else {
        return ResourceSort::WithoutPolicy;
    };
    match fields[2] {
        "kms" if fields[5].starts_with("key/") => ResourceSort::KeyOrTrust,
        "kms" | "sagemaker" | "ec2" | "iam" | "logs" | "cloudwatch" => ResourceSort::WithoutPolicy,
        _ => ResourceSort::Ordinary,
    }
}

fn under_resource_control(service: &str) -> bool {
    [
        "s3",
        "sts",
        "kms",
        "sqs",
        "secretsmanager",
        "ecr",
        "dynamodb",
        "logs",
    ]
    .contains(&service)
}

/// One scalar or a list of scalars, as text; None when something else is in it.
fn texts(value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Value::Array(list) => list.iter().map(text).collect(),
        scalar => text(scalar).map(|text| vec![text]),
    }
}

// ---- documents and statements ----

fn evaluate(document: &Value, layer: Layer, request: &Request) -> Outcome {
    evaluate_valid(document, layer, request).unwrap_or_else(Outcome::invalid)
}

/// None when the document is invalid (section 2).
fn evaluate_valid(document: &Value, layer: Layer, request: &Request) -> Option<Outcome> {
    let members = document.as_object()?;
    if members
        .keys()
        .any(|name| !["Version", "Id", "Statement"].contains(&name.as_str()))
    {
        return None;
    }
    let variables = match members.get("Version") {
        None => false,
        Some(version) => match version.as_str()? {
            "2012-10-17" => true,
            "2008-10-17" => false,
            _ => return None,
        },
    };
    let mut outcome = Outcome::silent();
    for statement in items(Some(members.get("Statement")?)) {
        let (denies, holds) = evaluate_statement(statement, layer, variables, request)?;
        for (kind, truth) in holds {
            if denies {
                outcome.deny = outcome.deny.or(truth);
            } else {
                let allow = outcome.allow.entry(kind).or_insert(False);
                *allow = allow.or(truth);
            }
        }
    }
    Some(outcome)
}

const STATEMENT_MEMBERS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

fn evaluate_statement(
    statement: &Value,
    layer: Layer,
    variables: bool,
    request: &Request,
) -> Option<(bool, Vec<(Kind, Truth)>)> {
    let members = statement.as_object()?;
    if members
        .keys()
        .any(|name| !STATEMENT_MEMBERS.contains(&name.as_str()))
    {
        return None;
    }
    let denies = match members.get("Effect")?.as_str()? {
        "Allow" => false,
        "Deny" => true,
        _ => return None,
    };
    if layer == Layer::ResourceControl && !valid_resource_control(statement, denies) {
        return None;
    }

    let principal = match (members.get("Principal"), members.get("NotPrincipal")) {
        (None, None) if !layer.has_principal() => vec![(Kind::Plain, True)],
        (Some(principal), None) if layer.has_principal() => {
            let entries = principal_entries(principal)?;
            entries
                .iter()
                .map(|(sort, entry)| match_principal(sort, entry, layer, &request.caller))
                .collect::<Option<Vec<_>>>()?
        }
        (None, Some(excepted))
            if denies
                && layer.has_principal()
                && !matches!(layer, Layer::Trust | Layer::ResourceControl) =>
        {
            let entries = principal_entries(excepted)?;
            for (sort, entry) in &entries {
                match_principal(sort, entry, layer, &request.caller)?;
            }
            vec![(Kind::Wildcard, Truth::of(!is_excepted(&entries, request)))]
        }
        _ => return None,
    };

    let action = match (members.get("Action"), members.get("NotAction")) {
        (Some(list), None) => match_actions(list, request)?,
        (None, Some(list)) => match_actions(list, request)?.not(),
        _ => return None,
    };

    // With NotResource, a match that AWS does not promise would lift the Deny: it stays open.
    let sure = denies && members.get("NotResource").is_none();
    let match_list = |list: &Value| -> Option<Truth> {
        let entries = strings(list)?;
        let truths: Option<Vec<Truth>> = entries
            .iter()
            .map(|entry| match_resource(entry, layer, sure, variables, request))
            .collect();
        truths.map(any)
    };
    let resource = match (members.get("Resource"), members.get("NotResource")) {
        (None, None) if layer == Layer::Trust => True,
        (Some(list), None) if layer != Layer::Trust => match_list(list)?,
        (None, Some(list)) if layer != Layer::Trust => match_list(list)?.not(),
        _ => return None,
    };

    let condition = match members.get("Condition") {
        None => True,
        Some(condition) => evaluate_condition(condition, variables, request)?,
    };

    let rest = all([action, resource, condition]);
    Some((
        denies,
        principal
            .into_iter()
            .map(|(kind, truth)| (kind, truth.and(rest)))
            .collect(),
    ))
}

/// Customers may only deny, for everybody; the one Allow is the policy that AWS attaches itself.
fn valid_resource_control(statement: &Value, denies: bool) -> bool {
    let is_star = |name: &str| {
        let list = statement.get(name).and_then(strings).unwrap_or_default();
        !list.is_empty() && list.iter().all(|entry| entry == "*")
    };
    let for_everybody = is_star("Principal")
        || statement
            .get("Principal")
            .and_then(|principal| principal.get("AWS"))
            .and_then(strings)
            == Some(vec!["*".to_string()]);
    let is_allow_all =
        is_star("Action") && is_star("Resource") && statement.get("Condition").is_none();
    for_everybody && (denies || is_allow_all)
}

fn strings(value: &Value) -> Option<Vec<String>> {
    items(Some(value))
        .map(|item| item.as_str().map(str::to_string))
        .collect()
}

// ---- principals (section 3) ----

fn principal_entries(principal: &Value) -> Option<Vec<(String, String)>> {
    if let Some(text) = principal.as_str() {
        return (text == "*").then(|| vec![("AWS".to_string(), "*".to_string())]);
    }
    let mut entries = Vec::new();
    for (sort, list) in principal.as_object()? {
        for entry in strings(list)? {
            entries.push((sort.clone(), entry));
        }
    }
    Some(entries)
}

/// The account that an entry names: by number or by its root ARN.
fn named_account(entry: &str) -> Option<&str> {
    if entry.len() == 12 && entry.chars().all(|character| character.is_ascii_digit()) {
        return Some(entry);
    }
    let fields = arn_fields(entry)?;
    (fields[2] == "iam" && fields[5] == "root").then_some(fields[4])
}

fn match_principal(
    sort: &str,
    entry: &str,
    layer: Layer,
    caller: &Caller,
) -> Option<(Kind, Truth)> {
    match sort {
        "AWS" if entry == "*" => Some((Kind::Wildcard, True)),
        "AWS" if entry.contains(['*', '?']) => None,
        "AWS" => {
            if let Some(account) = named_account(entry) {
                let is_meant = match layer {
                    Layer::GatewayEndpoint => matches!(caller, Caller::Root { .. }),
                    _ => true,
                };
                let matches = is_meant && caller.account() == Some(account);
                return Some((Kind::Account, Truth::of(matches)));
            }
            if layer == Layer::GatewayEndpoint {
                return Some((Kind::Free, Unknown));
            }
            Some(match caller {
                Caller::Session { role_arn, .. } if role_arn == entry => (Kind::Role, True),
                Caller::Session { session_arn, .. } => {
                    (Kind::Free, Truth::of(session_arn == entry))
                }
                Caller::User { arn, .. } => (Kind::Free, Truth::of(arn == entry)),
                Caller::Root { .. } | Caller::Service(_) | Caller::Anonymous => (Kind::Free, False),
            })
        }
        "Service" => {
            let matches = matches!(caller, Caller::Service(name) if name == entry);
            Some((Kind::Service, Truth::of(matches)))
        }
        "Federated" => Some((Kind::Free, False)),
        "CanonicalUser" => Some((
            Kind::Free,
            if caller.account().is_some() {
                Unknown
            } else {
                False
            },
        )),
        _ => None,
    }
}

/// Section 3.3: every name that stands for the caller has to be in the list.
fn is_excepted(entries: &[(String, String)], request: &Request) -> bool {
    if request.has_boundary {
        return false;
    }
    let has = |wanted_sort: &str, wanted: &str| {
        entries
            .iter()
            .any(|(sort, entry)| sort == wanted_sort && entry == wanted)
    };
    let has_account = |account: &str| {
        entries
            .iter()
            .any(|(sort, entry)| sort == "AWS" && named_account(entry) == Some(account))
    };
    if has("AWS", "*") {
        return true;
    }
    match &request.caller {
        Caller::Session {
            session_arn,
            role_arn,
            account,
        } => has("AWS", session_arn) && has("AWS", role_arn) && has_account(account),
        Caller::User { arn, account } => has("AWS", arn) && has_account(account),
        Caller::Root { account } => has_account(account),
        Caller::Service(name) => has("Service", name),
        Caller::Anonymous => false,
    }
}

// ---- actions and resources (sections 4 and 5) ----

fn match_actions(list: &Value, request: &Request) -> Option<Truth> {
    Some(any(strings(list)?
        .iter()
        .map(|entry| match_action(entry, &request.action))))
}

fn match_action(entry: &str, action: &str) -> Truth {
    if entry == "*" {
        return True;
    }
    match entry.split_once(':') {
        None => Unknown,
        Some((prefix, _)) if prefix.contains(['*', '?']) => Unknown,
        Some(_) => Truth::of(glob(&pattern(&entry.to_lowercase()), action)),
    }
}

/// None when the entry makes its document invalid.
fn match_resource(
    entry: &str,
    layer: Layer,
    sure: bool,
    variables: bool,
    request: &Request,
) -> Option<Truth> {
    if entry == "*" {
        return Some(True);
    }
    let mut written: Vec<&str> = entry.splitn(6, ':').collect();
    if written[0] != "arn" {
        return Some(Unknown);
    }
    let is_short = written.len() < 6;
    if is_short && layer == Layer::Session {
        return None;
    }
    if written
        .get(2)
        .is_some_and(|service| service.contains(['*', '?']))
    {
        return Some(Unknown);
    }
    written.resize(6, "*");
    let Some(subject) = arn_fields(&request.resource) else {
        return Some(False);
    };

    let mut fields: Vec<Vec<Token>> = written[..5].iter().map(|field| pattern(field)).collect();
    match expand(written[5], variables, request) {
        Expansion::Tokens(tokens) => fields.push(tokens),
        Expansion::NoValue => return Some(False),
        Expansion::Unknown => return Some(Unknown),
    }
    let truth = if fields
        .iter()
        .zip(&subject)
        .all(|(field, text)| glob(field, text))
    {
        True
    } else if written[..5].iter().any(|field| field.ends_with('*'))
        && glob(&fields.join(&Token::Character(':')), &request.resource)
    {
        if sure { True } else { Unknown }
    } else {
        False
    };
    let is_completion_stated = matches!(layer, Layer::Identity | Layer::ServiceControl);
    if is_short && !is_completion_stated && truth == True {
        return Some(Unknown);
    }
    Some(truth)
}

// ---- text patterns and variables (section 6) ----

#[derive(Clone, Copy, PartialEq)]
enum Token {
    Character(char),
    AnyOne,
    AnyRun,
}

fn token(character: char) -> Token {
    match character {
        '*' => Token::AnyRun,
        '?' => Token::AnyOne,
        _ => Token::Character(character),
    }
}

fn pattern(text: &str) -> Vec<Token> {
    text.chars().map(token).collect()
}

/// Keeps the set of positions in `text` that the tokens read so far can reach.
fn glob(tokens: &[Token], text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let mut reached = vec![false; characters.len() + 1];
    reached[0] = true;
    for token in tokens {
        let mut next = vec![false; reached.len()];
        for position in 0..reached.len() {
            next[position] = match token {
                Token::AnyRun => reached[position] || (position > 0 && next[position - 1]),
                Token::AnyOne => position > 0 && reached[position - 1],
                Token::Character(wanted) => {
                    position > 0 && reached[position - 1] && characters[position - 1] == *wanted
                }
            };
        }
        reached = next;
    }
    reached[characters.len()]
}

enum Expansion {
    Tokens(Vec<Token>),
    NoValue,
    Unknown,
}

/// Text put in for a variable is literal, the rest of the text is a pattern.
fn expand(text: &str, variables: bool, request: &Request) -> Expansion {
    let mut tokens = Vec::new();
    let mut is_unknown = false;
    let mut has_value = true;
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if variables
            && rest.starts_with("${")
            && let Some(end) = rest.find('}')
        {
            let name = &rest[2..end];
            rest = &rest[end + 1..];
            let (key, default) = match name
                .strip_suffix('\'')
                .and_then(|name| name.split_once(", '"))
            {
                Some((key, default)) => (key, Some(default)),
                None => (name, None),
            };
            let values = request.values(key);
            match (values.map(Vec::as_slice), default) {
                _ if ["*", "?", "$"].contains(&name) => {
                    tokens.extend(name.chars().map(Token::Character));
                }
                (Some([value]), _) => tokens.extend(value.chars().map(Token::Character)),
                (Some(_), _) => is_unknown = true,
                (None, Some(default)) => tokens.extend(default.chars().map(Token::Character)),
                (None, None) => has_value = false,
            }
        } else {
            tokens.push(token(character));
            rest = &rest[character.len_utf8()..];
        }
    }
    match (has_value, is_unknown) {
        (false, _) => Expansion::NoValue,
        (true, true) => Expansion::Unknown,
        (true, false) => Expansion::Tokens(tokens),
    }
}

/// For the operators without wildcards: the pattern read as plain text.
fn plain_text(tokens: &[Token]) -> String {
    let character = |token: &Token| match token {
        Token::Character(character) => *character,
        Token::AnyOne => '?',
        Token::AnyRun => '*',
    };
    tokens.iter().map(character).collect()
}

// ---- conditions (section 7) ----

fn evaluate_condition(condition: &Value, variables: bool, request: &Request) -> Option<Truth> {
    let mut result = True;
    for (name, keys) in condition.as_object()? {
        // AWS refuses a document with an operator that it does not have.
        let operator = read_operator(name)?;
        for (key, values) in keys.as_object()? {
            let wanted = texts(values)?;
            let truth = match &operator {
                _ if is_unreliable(key, request) => Unknown,
                Operator::Null => null_holds(key, &wanted, variables, request),
                Operator::Compare(comparison) => {
                    comparison_holds(comparison, key, &wanted, variables, request)
                }
            };
            result = result.and(truth);
        }
    }
    Some(result)
}

/// Section 9.5: keys that `PassRole` does not fill dependably.
fn is_unreliable(key: &str, request: &Request) -> bool {
    let key = key.to_lowercase();
    request.action == "iam:passrole"
        && (key == "iam:associatedresourcearn" || key.starts_with("aws:resourcetag/"))
}

enum Operator {
    Null,
    Compare(Comparison),
}

#[derive(PartialEq)]
enum SetPrefix {
    None,
    AllValues,
    AnyValue,
}

struct Comparison {
    set_prefix: SetPrefix,
    if_exists: bool,
    is_negated: bool,
    test: Test,
}

enum Test {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Arn,
    Numeric(fn(Ordering) -> bool),
    Date(fn(Ordering) -> bool),
    Bool,
    Binary,
    IpAddress,
}

fn read_operator(name: &str) -> Option<Operator> {
    let name = name.to_lowercase();
    let (set_prefix, name) = match name.split_once(':') {
        None => (SetPrefix::None, name.as_str()),
        Some(("forallvalues", name)) => (SetPrefix::AllValues, name),
        Some(("foranyvalue", name)) => (SetPrefix::AnyValue, name),
        Some(_) => return None,
    };
    let (name, if_exists) = match name.strip_suffix("ifexists") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let (test, is_negated) = match name {
        "null" => return Some(Operator::Null),
        "stringequals" => (Test::StringEquals, false),
        "stringnotequals" => (Test::StringEquals, true),
        "stringequalsignorecase" => (Test::StringEqualsIgnoreCase, false),
        "stringnotequalsignorecase" => (Test::StringEqualsIgnoreCase, true),
        "stringlike" => (Test::StringLike, false),
        "stringnotlike" => (Test::StringLike, true),
        "arnequals" | "arnlike" => (Test::Arn, false),
        "arnnotequals" | "arnnotlike" => (Test::Arn, true),
        "numericequals" => (Test::Numeric(Ordering::is_eq), false),
        "numericnotequals" => (Test::Numeric(Ordering::is_eq), true),
        "numericlessthan" => (Test::Numeric(Ordering::is_lt), false),
        "numericlessthanequals" => (Test::Numeric(Ordering::is_le), false),
        "numericgreaterthan" => (Test::Numeric(Ordering::is_gt), false),
        "numericgreaterthanequals" => (Test::Numeric(Ordering::is_ge), false),
        "dateequals" => (Test::Date(Ordering::is_eq), false),
        "datenotequals" => (Test::Date(Ordering::is_eq), true),
        "datelessthan" => (Test::Date(Ordering::is_lt), false),
        "datelessthanequals" => (Test::Date(Ordering::is_le), false),
        "dategreaterthan" => (Test::Date(Ordering::is_gt), false),
        "dategreaterthanequals" => (Test::Date(Ordering::is_ge), false),
        "bool" => (Test::Bool, false),
        "binaryequals" => (Test::Binary, false),
        "ipaddress" => (Test::IpAddress, false),
        "notipaddress" => (Test::IpAddress, true),
        _ => return None,
    };
    Some(Operator::Compare(Comparison {
        set_prefix,
        if_exists,
        is_negated,
        test,
    }))
}

fn null_holds(key: &str, wanted: &[String], variables: bool, request: &Request) -> Truth {
    let is_present = request.values(key).is_some();
    any(wanted
        .iter()
        .map(|text| match text.to_lowercase().as_str() {
            "true" => Truth::of(!is_present),
            "false" => Truth::of(is_present),
            _ if variables && has_variable(text) => Unknown,
            _ => False,
        }))
}

/// The table of section 7.3.
fn comparison_holds(
    comparison: &Comparison,
    key: &str,
    wanted: &[String],
    variables: bool,
    request: &Request,
) -> Truth {
    let is_set = comparison.set_prefix != SetPrefix::None;
    let values = request
        .values(key)
        .filter(|values| !(is_set && values.iter().all(std::string::String::is_empty)));
    let Some(values) = values else {
        return match comparison.set_prefix {
            _ if comparison.if_exists => True,
            SetPrefix::None => Truth::of(comparison.is_negated),
            SetPrefix::AllValues => True,
            SetPrefix::AnyValue => False,
        };
    };
    let holds = |value: &String| {
        let matched = any(wanted.iter().map(|text| {
            match compare(&comparison.test, value, text, variables, request) {
                Match::Yes => True,
                Match::No => False,
                Match::Unknown => Unknown,
                Match::Unreadable if comparison.is_negated => Unknown,
                Match::Unreadable => False,
            }
        }));
        if comparison.is_negated {
            matched.not()
        } else {
            matched
        }
    };
    match (&comparison.set_prefix, values.as_slice()) {
        (SetPrefix::None, [value]) => holds(value),
        (SetPrefix::None, _) => Unknown,
        (SetPrefix::AllValues, values) => all(values.iter().map(holds)),
        (SetPrefix::AnyValue, values) => any(values.iter().map(holds)),
    }
}

enum Match {
    Yes,
    No,
    Unknown,
    /// A side is not of the type that the operator needs.
    Unreadable,
}

impl Match {
    fn of(value: bool) -> Match {
        if value { Match::Yes } else { Match::No }
    }

    fn of_read(value: Option<bool>) -> Match {
        value.map_or(Match::Unreadable, Match::of)
    }
}

/// The base test of section 7.2: `value` from the context, `wanted` from the policy.
fn compare(test: &Test, value: &str, wanted: &str, variables: bool, request: &Request) -> Match {
    let takes_variables = matches!(
        test,
        Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike | Test::Arn
    );
    if !takes_variables && variables && has_variable(wanted) {
        return Match::Unknown;
    }
    let tokens = match expand(wanted, variables, request) {
        Expansion::Tokens(tokens) => tokens,
        Expansion::NoValue => return Match::No,
        Expansion::Unknown => return Match::Unknown,
    };
    match test {
        Test::StringEquals => Match::of(plain_text(&tokens) == value),
        Test::StringEqualsIgnoreCase => {
            Match::of(plain_text(&tokens).to_lowercase() == value.to_lowercase())
        }
        Test::StringLike => Match::of(glob(&tokens, value)),
        Test::Arn => compare_arns(&tokens, value),
        Test::Numeric(accepts) => Match::of_read(compare_decimals(value, wanted).map(accepts)),
        Test::Date(accepts) => Match::of_read(
            instant(value)
                .zip(instant(wanted))
                .map(|(value, wanted)| accepts(value.cmp(&wanted))),
        ),
        Test::Bool => {
            let flag = |text: &str| text.to_lowercase().parse::<bool>().ok();
            Match::of_read(
                flag(value)
                    .zip(flag(wanted))
                    .map(|(value, wanted)| value == wanted),
            )
        }
        Test::Binary => {
            let bytes = |text: &str| STANDARD.decode(text).ok();
            Match::of_read(
                bytes(value)
                    .zip(bytes(wanted))
                    .map(|(value, wanted)| value == wanted),
            )
        }
        Test::IpAddress => {
            let address = value.parse::<IpAddr>().ok();
            let range = wanted
                .parse::<IpNet>()
                .ok()
                .or_else(|| wanted.parse::<IpAddr>().ok().map(IpNet::from));
            Match::of_read(
                address
                    .zip(range)
                    .map(|(address, range)| range.contains(&address)),
            )
        }
    }
}

fn has_variable(text: &str) -> bool {
    text.find("${")
        .is_some_and(|start| text[start..].contains('}'))
}

fn compare_arns(wanted: &[Token], value: &str) -> Match {
    if wanted == [Token::AnyRun] {
        return Match::Unknown;
    }
    let fields: Vec<&[Token]> = wanted
        .splitn(6, |token| *token == Token::Character(':'))
        .collect();
    if fields[0] != pattern("arn") {
        return Match::Unreadable;
    }
    if fields.len() < 6 {
        return Match::Unknown;
    }
    Match::of_read(arn_fields(value).map(|texts| {
        fields
            .iter()
            .zip(texts)
            .all(|(field, text)| glob(field, text))
    }))
}

/// Compares digit by digit, because binary floats would round.
fn compare_decimals(left: &str, right: &str) -> Option<Ordering> {
    let (left_sign, left_whole, left_part) = decimal(left)?;
    let (right_sign, right_whole, right_part) = decimal(right)?;
    let magnitude = left_whole
        .len()
        .cmp(&right_whole.len())
        .then_with(|| left_whole.cmp(right_whole))
        .then_with(|| left_part.cmp(right_part));
    Some(match (left_sign, right_sign) {
        (false, false) => magnitude,
        (true, true) => magnitude.reverse(),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    })
}

/// Sign, whole part without leading zeros, fraction without trailing zeros.
fn decimal(text: &str) -> Option<(bool, &str, &str)> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number =
        |text: &str| !text.is_empty() && text.chars().all(|character| character.is_ascii_digit());
    if !is_number(whole) || !is_number(part) {
        return None;
    }
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    let is_zero = whole.is_empty() && part.is_empty();
    Some((text.starts_with('-') && !is_zero, whole, part))
}

fn instant(text: &str) -> Option<Timestamp> {
    if !text.is_empty() && text.chars().all(|character| character.is_ascii_digit()) {
        // Four digits are the year form: nobody writes a moment of 1970 in epoch seconds.
        return match text.len() {
            4 => format!("{text}-01-01T00:00:00Z").parse().ok(),
            _ => Timestamp::from_second(text.parse().ok()?).ok(),
        };
    }
    let full = match text.len() {
        7 => format!("{text}-01T00:00:00Z"),
        10 => format!("{text}T00:00:00Z"),
        _ => text.to_string(),
    };
    full.parse().ok()
}
