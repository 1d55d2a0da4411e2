//! Random concrete cases for comparing the engine with the oracle. The vocabularies are small on
//! purpose, so that a pattern often matches its request or misses it by little. A seed always gives
//! the same case.

use serde_json::{Map, Value, json};

/// The splitmix64 generator: enough for tests and no dependency.
pub(super) struct Random {
    state: u64,
}

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'list, T: ?Sized>(&mut self, list: &[&'list T]) -> &'list T {
        list[self.below(list.len())]
    }

    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.below(end + 1));
        }
    }
}

const ACCOUNT: &str = "111122223333";
const OTHER_ACCOUNT: &str = "444455556666";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/JobRole/SageMaker";
const ROLE: &str = "arn:aws:iam::111122223333:role/JobRole";
const ROLE_WITH_PATH: &str = "arn:aws:iam::111122223333:role/ml/JobRole";
const OTHER_SESSION: &str = "arn:aws:sts::444455556666:assumed-role/Reader/s1";
const OTHER_ROLE: &str = "arn:aws:iam::444455556666:role/Reader";
const ALICE: &str = "arn:aws:iam::111122223333:user/alice";
const BOB: &str = "arn:aws:iam::444455556666:user/team/bob";
const ROOT: &str = "arn:aws:iam::111122223333:root";
const OTHER_ROOT: &str = "arn:aws:iam::444455556666:root";

/// What may be asked: action, resource, and whether the resource can have a policy of its own.
const CALLS: [(&str, &str, bool); 30] = [
    ("s3:GetObject", "arn:aws:s3:::data/in/x.csv", true),
    ("s3:GetObject", "arn:aws:s3:::data/in/x.csv", true),
    ("s3:PutObject", "arn:aws:s3:::data/out/y", true),
    ("s3:GetObject", "arn:aws:s3:::data/alice/x", true),
    ("s3:GetObject", "arn:aws:s3:::data/red/x", true),
    ("s3:GetObject", "arn:aws:s3:::data-prod/secret", true),
    ("s3:ListBucket", "arn:aws:s3:::data", true),
    ("s3:ListBucket", "arn:aws:s3:::data", true),
    (
        "kms:Decrypt",
        "arn:aws:kms:eu-central-1:111122223333:key/1111aaaa",
        true,
    ),
    (
        "kms:Decrypt",
        "arn:aws:kms:eu-central-1:111122223333:key/1111aaaa",
        true,
    ),
    (
        "kms:CreateGrant",
        "arn:aws:kms:eu-central-1:111122223333:key/1111aaaa",
        true,
    ),
    (
        "kms:Decrypt",
        "arn:aws:kms:eu-central-1:444455556666:key/2222bbbb",
        true,
    ),
    (
        "kms:CreateAlias",
        "arn:aws:kms:eu-central-1:111122223333:alias/data",
        false,
    ),
    (
        "sts:AssumeRole",
        "arn:aws:iam::111122223333:role/TargetRole",
        true,
    ),
    (
        "sts:AssumeRole",
        "arn:aws:iam::111122223333:role/ml/TargetRole",
        true,
    ),
    (
        "sts:AssumeRole",
        "arn:aws:iam::111122223333:role/ml/TargetRole",
        true,
    ),
    (
        "ecr:BatchGetImage",
        "arn:aws:ecr:eu-central-1:111122223333:repository/img",
        true,
    ),
    (
        "ecr:BatchGetImage",
        "arn:aws:ecr:eu-central-1:444455556666:repository/img",
        true,
    ),
    (
        "sqs:SendMessage",
        "arn:aws:sqs:eu-central-1:111122223333:jobs",
        true,
    ),
    (
        "sqs:SendMessage",
        "arn:aws:sqs:eu-central-1:111122223333:jobs",
        true,
    ),
    (
        "secretsmanager:GetSecretValue",
        "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf",
        true,
    ),
    (
        "logs:PutLogEvents",
        "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/jobs:log-stream:s1",
        false,
    ),
    (
        "sagemaker:CreateProcessingJob",
        "arn:aws:sagemaker:eu-central-1:111122223333:processing-job/p1",
        false,
    ),
    (
        "sagemaker:CreateProcessingJob",
        "arn:aws:sagemaker:eu-central-1:111122223333:processing-job/p1",
        false,
    ),
    ("iam:PassRole", ROLE, false),
    ("iam:PassRole", ROLE_WITH_PATH, false),
    ("ecr:GetAuthorizationToken", "*", false),
    ("cloudwatch:PutMetricData", "*", false),
    ("s3:ListAllMyBuckets", "*", false),
    ("kms:ListKeys", "*", false),
];

/// What the parts of one case have to know of each other.
struct Case {
    random: Random,
    principal: &'static str,
    action: &'static str,
    resource: &'static str,
    has_resource_policy: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Layer {
    Identity,
    Boundary,
    Session,
    ServiceControl,
    ResourceControl,
    Resource,
    Endpoint,
}

pub(super) fn case(seed: u64) -> Value {
    let mut random = Random::new(seed);
    let principal = caller(&mut random);
    let (action, resource, has_resource_policy) = CALLS[random.below(CALLS.len())];
    let mut case = Case {
        random,
        principal,
        action,
        resource,
        has_resource_policy,
    };
    case.build()
}

fn caller(random: &mut Random) -> &'static str {
    match random.below(100) {
        0..50 => SESSION,
        50..63 => OTHER_SESSION,
        63..77 => ALICE,
        77..83 => BOB,
        83..87 => ROOT,
        87..89 => OTHER_ROOT,
        89..95 => "sagemaker.amazonaws.com",
        95..97 => "ec2.amazonaws.com",
        _ => "*",
    }
}

impl Case {
    fn chance(&mut self, percent: usize) -> bool {
        self.random.chance(percent)
    }

    fn pick(&mut self, list: &[&'static str]) -> &'static str {
        self.random.pick(list)
    }

    fn build(&mut self) -> Value {
        let mut request = Map::new();
        request.insert("principal".to_string(), json!(self.principal));
        request.insert("action".to_string(), json!(self.action));
        request.insert("resource".to_string(), json!(self.resource));
        request.insert("context".to_string(), self.context());
        if self.resource.starts_with("arn:aws:s3:::") && self.chance(85) {
            let owner = if self.chance(80) {
                ACCOUNT
            } else {
                OTHER_ACCOUNT
            };
            request.insert("resourceAccount".to_string(), json!(owner));
        }
        if self.resource == "*" && self.principal.contains(ACCOUNT) && self.chance(40) {
            request.insert("resourceAccount".to_string(), json!(ACCOUNT));
        }
        let mut case = Map::new();
        case.insert("request".to_string(), Value::Object(request));

        let is_role = self.principal.contains(":assumed-role/");
        let is_user = self.principal.contains(":user/");
        let identity_count = match self.random.below(100) {
            _ if !is_role && !is_user => 0,
            0..14 => 0,
            14..70 => 1,
            _ => 2,
        };
        if identity_count > 0 || self.chance(50) {
            let documents = self.named_documents(Layer::Identity, identity_count);
            case.insert("identityPolicies".to_string(), documents);
        }
        if self.has_resource_policy && self.chance(65) {
            let document = self.document(Layer::Resource);
            case.insert("resourcePolicy".to_string(), document);
        }
        if (is_role || is_user) && self.chance(15) {
            let documents = self.named_documents(Layer::Boundary, 1);
            case.insert("permissionBoundaries".to_string(), documents);
        }
        if is_role && self.chance(12) {
            let document = self.document(Layer::Session);
            case.insert("sessionPolicy".to_string(), document);
        }
        if self.chance(14) {
            let levels = self.control_policies(Layer::ServiceControl);
            case.insert("serviceControlPolicies".to_string(), levels);
        }
        if self.chance(10) {
            let levels = self.control_policies(Layer::ResourceControl);
            case.insert("resourceControlPolicies".to_string(), levels);
        }
        let is_service = self.principal.ends_with(".amazonaws.com");
        if !is_service && !self.action.starts_with("iam:") && self.chance(13) {
            let documents = self.named_documents(Layer::Endpoint, 1);
            case.insert("vpcEndpointPolicies".to_string(), documents);
        }
        if self.chance(2) {
            self.spoil(&mut case);
        }
        Value::Object(case)
    }

    fn named_documents(&mut self, layer: Layer, count: usize) -> Value {
        let documents = (0..count).map(|_| {
            let document = self.document(layer);
            if self.chance(25) {
                json!({"name": "p", "policy": document})
            } else {
                document
            }
        });
        Value::Array(documents.collect())
    }

    fn control_policies(&mut self, layer: Layer) -> Value {
        if self.chance(30) {
            let count = 1 + self.random.below(2);
            return self.named_documents(layer, count);
        }
        let count = 1 + self.random.below(2);
        let levels = (0..count).map(|index| {
            let documents = 1 + self.random.below(2);
            let policies = self.named_documents(layer, documents);
            json!({"orgIdentifier": format!("level{index}"), "policies": policies})
        });
        Value::Array(levels.collect())
    }

    fn document(&mut self, layer: Layer) -> Value {
        let count = 1 + [0, 0, 0, 1, 1, 2][self.random.below(6)];
        let mut statements: Vec<Value> = (0..count).map(|_| self.statement(layer)).collect();
        let mut document = Map::new();
        match self.random.below(100) {
            0..78 => drop(document.insert("Version".to_string(), json!("2012-10-17"))),
            78..84 => drop(document.insert("Version".to_string(), json!("2008-10-17"))),
            _ => {}
        }
        if self.chance(10) {
            document.insert("Id".to_string(), json!("policy"));
        }
        let statement = match statements.pop() {
            Some(only) if statements.is_empty() && self.chance(30) => only,
            last => {
                statements.extend(last);
                Value::Array(statements)
            }
        };
        document.insert("Statement".to_string(), statement);
        Value::Object(document)
    }

    fn statement(&mut self, layer: Layer) -> Value {
        let broad_percent = match layer {
            Layer::Identity => 42,
            Layer::Resource => 12,
            Layer::ResourceControl => 0,
            _ => 55,
        };
        let is_broad = self.chance(broad_percent);
        let denies = layer == Layer::ResourceControl || !is_broad && self.chance(30);
        let mut statement = Map::new();
        statement.insert(
            "Effect".to_string(),
            json!(if denies { "Deny" } else { "Allow" }),
        );
        if self.chance(10) {
            statement.insert("Sid".to_string(), json!("One"));
        }
        let is_trust = layer == Layer::Resource && self.action == "sts:AssumeRole";
        match layer {
            Layer::Identity | Layer::Boundary | Layer::Session | Layer::ServiceControl => {}
            Layer::ResourceControl => {
                statement.insert("Principal".to_string(), json!("*"));
            }
            Layer::Endpoint => {
                let principal = self.endpoint_principal();
                statement.insert("Principal".to_string(), principal);
            }
            Layer::Resource if denies && !is_trust && self.chance(45) => {
                let excepted = self.excepted_principals();
                statement.insert("NotPrincipal".to_string(), excepted);
            }
            Layer::Resource => {
                let principal = self.principal_element();
                statement.insert("Principal".to_string(), principal);
            }
        }

        let inverts_action = !is_broad && self.chance(10);
        let actions = if is_broad {
            json!(self.pick(&["*", "*", "s3:*"]))
        } else {
            self.list_of(|case| case.action_pattern(inverts_action))
        };
        let name = if inverts_action {
            "NotAction"
        } else {
            "Action"
        };
        statement.insert(name.to_string(), actions);
        if !is_trust {
            let inverts_resource = !is_broad && self.chance(12);
            let resources = if is_broad {
                json!("*")
            } else {
                self.list_of(|case| case.resource_pattern(layer, denies && inverts_resource))
            };
            let name = if inverts_resource {
                "NotResource"
            } else {
                "Resource"
            };
            statement.insert(name.to_string(), resources);
        }
        if !is_broad && self.chance(if denies { 70 } else { 33 }) {
            let condition = self.condition();
            statement.insert("Condition".to_string(), condition);
        }
        Value::Object(statement)
    }

    fn list_of(&mut self, mut entry: impl FnMut(&mut Case) -> String) -> Value {
        match self.random.below(100) {
            0..60 => json!(entry(self)),
            60..75 => json!([entry(self)]),
            75..92 => json!([entry(self), entry(self)]),
            _ => json!([entry(self), entry(self), entry(self)]),
        }
    }

    /// `inverts`: the list says what is left out, so a match is wanted less often.
    fn action_pattern(&mut self, inverts: bool) -> String {
        let action = self.action;
        let (service, name) = action.split_once(':').unwrap_or((action, ""));
        if self.chance(if inverts { 60 } else { 18 }) {
            let others = [
                "iam:*",
                "sqs:*",
                "s3:Put*",
                "s3:DeleteObject",
                "kms:Encrypt",
                "sts:Tag*",
            ];
            return self.pick(&others).to_string();
        }
        match self.random.below(100) {
            0..25 => action.to_string(),
            25..33 => action.to_lowercase(),
            33..38 => action.to_uppercase(),
            38..60 => format!("{service}:*"),
            60..74 => "*".to_string(),
            74..82 => format!("{service}:{}*", &name[..3]),
            82..86 => format!("{service}:*{}", &name[3..]),
            86..90 => format!("{service}:?{}", &name[1..]),
            90..93 => format!("{service}:{name}?"),
            93..95 => format!("{service}:{}*{}", &name[..2], &name[name.len() - 2..]),
            95..98 => format!("{service}:{name}V2"),
            98 => format!("{service}:{name}*"),
            _ if self.chance(40) => self.pick(&["*:*", "s*:Get*"]).to_string(),
            _ => format!("{service}:Describe*"),
        }
    }

    fn resource_pattern(&mut self, layer: Layer, is_exception: bool) -> String {
        let resource = self.resource;
        if resource == "*" {
            return match self.random.below(100) {
                0..75 => "*".to_string(),
                75..90 => "arn:aws:s3:::*".to_string(),
                _ => "arn:aws:ecr:eu-central-1:111122223333:repository/img".to_string(),
            };
        }
        if self.chance(10) {
            let others = [
                "arn:aws:s3:::other/*",
                "arn:aws:s3:::data/IN/*",
                "arn:aws:s3:::data/*/raw",
                "arn:aws:kms:eu-central-1:111122223333:alias/data",
                "arn:aws:kms:eu-central-1:111122223333:key/2222bbbb",
                "arn:aws:iam::111122223333:role/ml/*",
                "arn:aws:sqs:eu-west-1:111122223333:jobs",
            ];
            return self.pick(&others).to_string();
        }
        if self.action.starts_with("s3:") && self.chance(if is_exception { 45 } else { 25 }) {
            let with_variables = [
                "arn:aws:s3:::data/${aws:username}/*",
                "arn:aws:s3:::data/${AWS:UserName}/*",
                "arn:aws:s3:::data/${aws:PrincipalTag/team}/*",
                "arn:aws:s3:::data/${aws:PrincipalTag/team, 'red'}/*",
                "arn:aws:s3:::data/${aws:username, 'in'}/x*",
                "arn:aws:s3:::data${aws:PrincipalTag/suffix, '-prod'}/*",
                "arn:aws:s3:::data/${*}",
                "arn:aws:s3:::data/in/${?}.csv",
                "arn:aws:s3:::data/${aws:PrincipalTag/star}/x.csv",
            ];
            return self.pick(&with_variables).to_string();
        }
        let fields: Vec<&str> = resource.splitn(6, ':').collect();
        let (start, rest) = resource.split_at(resource.len() - fields[5].len());
        let join = |region: &str, account: &str, rest: &str| {
            format!("arn:aws:{}:{region}:{account}:{rest}", fields[2])
        };
        match self.random.below(100) {
            0..22 => "*".to_string(),
            22..38 => resource.to_string(),
            38..48 => format!("{start}*"),
            48..56 => format!("{start}{}*", &rest[..3]),
            56..59 => format!("{start}{rest}/*"),
            59..62 => format!("{start}{}?", &rest[..rest.len() - 1]),
            62..65 => format!("{start}{rest}?"),
            65..67 => format!("{start}{}", rest.to_uppercase()),
            67..72 => join("*", "*", rest),
            72..75 => join(fields[3], OTHER_ACCOUNT, "*"),
            75..77 => format!("arn:*:{}:{}:{}:{rest}", fields[2], fields[3], fields[4]),
            77..79 => format!("{start}*{}", &rest[rest.len() - 2..]),
            79..82 if fields[3].is_empty() => format!("{start}data*"),
            79..82 => join("eu-*", fields[4], rest),
            // Runs over a colon only when the request's last field holds one.
            82..88 => match rest.rsplit_once(':') {
                Some((_, end)) => join("*", "*", end),
                None => format!("{start}*"),
            },
            88..90 => match rest.split_once(':') {
                Some((word, end)) => format!("arn:aws:{}:eu-*:{word}:{end}", fields[2]),
                None => format!("{start}?{}", &rest[1..]),
            },
            90..95 if layer == Layer::Identity || layer == Layer::Boundary => {
                match self.random.below(3) {
                    0 => format!("arn:aws:{}", fields[2]),
                    1 => format!("arn:aws:{}:*", fields[2]),
                    _ => format!("arn:aws:{}:eu-*", fields[2]),
                }
            }
            95 if layer != Layer::ServiceControl && self.chance(60) => {
                format!("arn:aws:{}:*", fields[2])
            }
            96 if self.chance(60) => format!("arn:aws:{}*:*:*:*", &fields[2][..1]),
            97 => "arn:aws:sqs:*:${aws:PrincipalAccount}:jobs".to_string(),
            _ => resource.to_string(),
        }
    }

    /// The ARNs that name the caller, the nearest last; empty for callers without an ARN.
    fn own_names(&self) -> Vec<&'static str> {
        match self.principal {
            SESSION => vec![ROOT, ROLE, ROLE_WITH_PATH, SESSION],
            OTHER_SESSION => vec![OTHER_ROOT, OTHER_ROLE, OTHER_SESSION],
            ALICE => vec![ROOT, ALICE],
            BOB => vec![OTHER_ROOT, BOB],
            ROOT => vec![ROOT],
            OTHER_ROOT => vec![OTHER_ROOT],
            _ => Vec::new(),
        }
    }

    fn principal_element(&mut self) -> Value {
        if self.principal.ends_with(".amazonaws.com") && self.chance(70) {
            let services = ["sagemaker.amazonaws.com", "ec2.amazonaws.com"];
            return match self.random.below(3) {
                0 => json!({"Service": services}),
                _ => json!({"Service": self.pick(&services)}),
            };
        }
        match self.random.below(100) {
            0..14 => json!("*"),
            14..20 => json!({"AWS": "*"}),
            20..23 => json!({"Service": "sagemaker.amazonaws.com"}),
            23 => json!({"Federated": "cognito-identity.amazonaws.com"}),
            24 => {
                json!({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"})
            }
            25..33 => json!({"Service": "ec2.amazonaws.com", "AWS": self.aws_principal()}),
            33..55 => json!({"AWS": [self.aws_principal(), self.aws_principal()]}),
            _ => json!({"AWS": self.aws_principal()}),
        }
    }

    fn aws_principal(&mut self) -> &'static str {
        let own = self.own_names();
        if !own.is_empty() && self.chance(65) {
            return self.pick(&own);
        }
        self.pick(&[
            ACCOUNT,
            OTHER_ACCOUNT,
            ROOT,
            OTHER_ROOT,
            ROLE,
            OTHER_ROLE,
            ALICE,
            "arn:aws:iam::111122223333:role/jobrole",
            "arn:aws:iam::111122223333:role/Admin",
            "arn:aws:sts::111122223333:assumed-role/JobRole/Other",
            "AROAEXAMPLEEXAMPLE123",
        ])
    }

    /// Users are listed together with their account or not at all: the specification speaks of
    /// role sessions only, and both readings agree on these lists.
    fn excepted_principals(&mut self) -> Value {
        let is_user = self.principal.contains(":user/");
        match self.random.below(100) {
            0..15 => json!({"AWS": "arn:aws:iam::111122223333:role/Admin"}),
            15..25 => json!({"Service": "sagemaker.amazonaws.com"}),
            _ if is_user => json!({"AWS": self.own_names()}),
            25..35 => json!({"AWS": [ROLE, ACCOUNT]}),
            35..42 => json!({"AWS": [SESSION, ROLE]}),
            42..49 => json!({"AWS": [SESSION, ACCOUNT]}),
            _ => match self.own_names() {
                names if names.is_empty() => json!({"AWS": [SESSION, ROLE, ACCOUNT]}),
                names => json!({"AWS": names, "Service": "ec2.amazonaws.com"}),
            },
        }
    }

    /// Gateway endpoints take `*`, and account entries that mean the root user.
    fn endpoint_principal(&mut self) -> Value {
        let is_gateway = self.action.starts_with("s3:");
        match self.random.below(100) {
            0..65 => json!("*"),
            65..75 => json!({"AWS": "*"}),
            _ if is_gateway => {
                json!({"AWS": self.pick(&[ROOT, ACCOUNT, OTHER_ROOT])})
            }
            _ => json!({"AWS": self.aws_principal()}),
        }
    }

    // ---- context and conditions ----

    fn context(&mut self) -> Value {
        let mut context = Map::new();
        let mut put = |key: &str, value: Value| drop(context.insert(key.to_string(), value));
        let principal = self.principal;
        match principal {
            SESSION if self.chance(35) => put("aws:PrincipalArn", json!(ROLE_WITH_PATH)),
            SESSION if self.chance(60) => put("aws:PrincipalArn", json!(ROLE)),
            OTHER_SESSION if self.chance(70) => put("aws:PrincipalArn", json!(OTHER_ROLE)),
            ALICE => {
                put("aws:PrincipalArn", json!(ALICE));
                put("aws:username", json!("alice"));
            }
            BOB => {
                put("aws:PrincipalArn", json!(BOB));
                put("aws:username", json!("bob"));
            }
            _ => {}
        }
        for (key, values) in VALUES {
            if self.chance(45) {
                let value = self.context_value(key, values);
                put(key, value);
            }
        }
        Value::Object(context)
    }

    fn context_value(&mut self, key: &str, values: &[&'static str]) -> Value {
        if LIST_KEYS.contains(&key) {
            return match self.random.below(100) {
                0..8 => json!([]),
                8..18 => json!([""]),
                18..26 => json!(self.pick(values)),
                26..60 => json!([self.pick(values)]),
                _ => json!([self.pick(values), self.pick(values)]),
            };
        }
        let text = self.pick(values);
        match self.random.below(100) {
            0..4 => json!([text, self.pick(values)]),
            4..8 => json!([text]),
            8..40 => typed(text),
            _ => json!(text),
        }
    }

    fn condition(&mut self) -> Value {
        let mut condition = Map::new();
        let count = if self.chance(20) { 2 } else { 1 };
        for _ in 0..count {
            let (operators, keys) = OPERATORS[self.random.below(OPERATORS.len())];
            let operator = self.operator_name(operators);
            let mut tests = Map::new();
            let key_count = if self.chance(15) { 2 } else { 1 };
            for _ in 0..key_count {
                let key = self.pick(keys);
                let values = self.condition_values(&operator, key);
                let name = if self.chance(10) {
                    key.to_uppercase()
                } else {
                    key.to_string()
                };
                tests.insert(name, values);
            }
            if self.action == "iam:PassRole" && self.chance(3) {
                tests.insert(
                    "iam:AssociatedResourceArn".to_string(),
                    json!(self.resource),
                );
            }
            condition.insert(operator, Value::Object(tests));
        }
        Value::Object(condition)
    }

    fn operator_name(&mut self, operators: &[&'static str]) -> String {
        let base = self.pick(operators);
        if base == "Null" {
            return base.to_string();
        }
        let takes_lists = operators.contains(&"StringLike") && self.chance(45);
        let prefix = match self.random.below(100) {
            0..9 => "ForAllValues:",
            9..18 => "ForAnyValue:",
            18..60 if takes_lists => self.pick(&["ForAllValues:", "ForAnyValue:"]),
            _ => "",
        };
        let suffix = if self.chance(20) { "IfExists" } else { "" };
        let name = format!("{prefix}{base}{suffix}");
        if self.chance(8) {
            name.to_lowercase()
        } else {
            name
        }
    }

    fn condition_values(&mut self, operator: &str, key: &str) -> Value {
        if operator == "Null" {
            return match self.random.below(10) {
                0..3 => json!("true"),
                3..6 => json!("false"),
                6..8 => json!(true),
                8 => json!([false]),
                _ => json!(["true", "false"]),
            };
        }
        match self.random.below(100) {
            0..55 => self.condition_value(operator, key),
            55..70 => json!([self.condition_value(operator, key)]),
            _ => json!([
                self.condition_value(operator, key),
                self.condition_value(operator, key)
            ]),
        }
    }

    fn condition_value(&mut self, operator: &str, key: &str) -> Value {
        let operator = operator.to_lowercase();
        let values = VALUES
            .iter()
            .find(|(name, _)| *name == key)
            .map_or(&[][..], |(_, list)| list);
        let is_arn = operator.contains("arn");
        let is_string = operator.contains("string");
        if operator.contains("like") && is_string && self.chance(60) {
            let patterns = [
                "*",
                "r*",
                "?ed",
                "vpce-?",
                "subnet-*",
                "*Role",
                "arn:aws:*:finance/*",
                "vpce-1",
                "${*}",
                "${aws:PrincipalTag/star}",
                "*${aws:username, 'Role'}",
            ];
            return json!(self.pick(&patterns));
        }
        if is_arn && self.chance(70) {
            let patterns = [
                "arn:aws:iam::*:role/Job*",
                "arn:aws:iam::111122223333:role/*",
                "arn:aws:iam::111122223333:*",
                "arn:aws:iam::*:user/${aws:username}",
                "arn:aws:sagemaker:*:111122223333:*",
                "arn:aws:svc:*:111122223333:finance/*",
                "arn:aws:svc:us-*:999999999999:*",
                "arn:aws:iam::${aws:PrincipalAccount}:role/*",
                "${aws:PrincipalArn}",
                "arn:*:iam::111122223333:r?le/JobRole",
            ];
            return match self.random.below(100) {
                0..3 => json!("*"),
                3..6 => json!("arn:aws:iam"),
                6..9 => json!("JobRole"),
                _ => json!(self.pick(&patterns)),
            };
        }
        if is_string && self.chance(15) {
            let variables = [
                "${aws:PrincipalTag/team}",
                "${aws:PrincipalTag/team, 'red'}",
                "${s3:ExistingObjectTag/team}",
                "${aws:username}",
                "${aws:principalaccount}",
                "vpce-${aws:PrincipalTag/star, '1'}",
            ];
            return match self.random.below(20) {
                0 => json!("${aws:TagKeys}"),
                _ => json!(self.pick(&variables)),
            };
        }
        if operator.contains("numeric") {
            let numbers = ["10", "10.0", "9.5", "-3", "010", "11", "9007199254740993"];
            let number = self.pick(&numbers);
            return match self.random.below(100) {
                0..3 => json!("ten"),
                3..5 => json!("${s3:max-keys}"),
                5..30 => typed(number),
                _ => json!(number),
            };
        }
        if operator.contains("date") {
            let dates = [
                "2026-01-01T00:00:00Z",
                "2026-11-21T00:00:00Z",
                "2026-11-21T01:00:00+01:00",
                "2026-11-21T00:00:00.5Z",
                "2026-11-21T00:00Z",
                "2026-11-21",
                "2027",
                "2026-12",
                "1795219200",
            ];
            let date = self.pick(&dates);
            return match self.random.below(100) {
                0..3 => json!("soon"),
                3..5 => json!("${aws:CurrentTime}"),
                _ if date == "1795219200" => typed(date),
                _ => json!(date),
            };
        }
        if operator.contains("ipaddress") {
            let ranges = [
                "203.0.113.0/24",
                "203.0.113.9",
                "203.0.113.8/31",
                "0.0.0.0/0",
                "198.51.100.0/24",
                "2001:db8::/32",
                "::/0",
            ];
            return match self.random.below(30) {
                0 => json!("office"),
                1 => json!("${aws:SourceIp}"),
                _ => json!(self.pick(&ranges)),
            };
        }
        if operator.contains("bool") {
            return match self.random.below(30) {
                0 => json!("yes"),
                1 => json!("${aws:SecureTransport}"),
                2..15 => json!(self.chance(50)),
                _ => json!(self.pick(&["true", "false", "True", "FALSE"])),
            };
        }
        if operator.contains("binary") {
            return json!(self.pick(&["QmluYXJ5", "T3RoZXI=", "not base64"]));
        }
        if values.is_empty() {
            return json!(self.resource);
        }
        json!(self.pick(values))
    }

    /// Makes one statement of the case invalid.
    fn spoil(&mut self, case: &mut Map<String, Value>) {
        let Some(document) = first_document(case) else {
            return;
        };
        if self.chance(20) {
            document["Version"] = json!("2020-01-01");
            return;
        }
        let Some(statement) = first_statement(document) else {
            return;
        };
        match self.random.below(4) {
            0 => {
                statement.insert("Action".to_string(), json!("s3:GetObject"));
                statement.insert("NotAction".to_string(), json!("iam:*"));
            }
            1 => {
                statement.insert(
                    "Condition".to_string(),
                    json!({"StringMatches": {"aws:username": "a"}}),
                );
            }
            2 if statement.remove("Principal").is_none() => {
                statement.insert("Principal".to_string(), json!("*"));
            }
            2 => drop(statement.remove("NotPrincipal")),
            _ => drop(statement.insert("Effect".to_string(), json!("allow"))),
        }
    }
}

fn first_document(case: &mut Map<String, Value>) -> Option<&mut Value> {
    let field = if case.contains_key("resourcePolicy") {
        "resourcePolicy"
    } else {
        "identityPolicies"
    };
    let mut item = case.get_mut(field)?;
    if item.is_array() {
        item = item.get_mut(0)?;
    }
    if item.get("policy").is_some() {
        item.get_mut("policy")
    } else {
        Some(item)
    }
}

fn first_statement(document: &mut Value) -> Option<&mut Map<String, Value>> {
    match document.get_mut("Statement")? {
        Value::Array(list) => list.first_mut()?.as_object_mut(),
        statement => statement.as_object_mut(),
    }
}

/// The text as a JSON number or boolean when it is exactly one.
fn typed(text: &str) -> Value {
    match serde_json::from_str::<Value>(text) {
        Ok(value) if value.to_string().as_str() == text => value,
        _ => json!(text),
    }
}

const LIST_KEYS: [&str; 2] = ["sagemaker:VpcSubnets", "aws:TagKeys"];

/// Context keys with the values they take in requests and in policies.
const VALUES: [(&str, &[&str]); 19] = [
    ("aws:PrincipalTag/team", &["red", "blue", "Red"]),
    ("aws:PrincipalTag/star", &["*", "1", "in"]),
    ("s3:ExistingObjectTag/team", &["red", "blue"]),
    ("aws:PrincipalAccount", &[ACCOUNT, OTHER_ACCOUNT]),
    ("aws:PrincipalOrgID", &["o-1", "o-2"]),
    ("aws:SourceVpce", &["vpce-1", "vpce-2"]),
    ("aws:RequestedRegion", &["eu-central-1", "us-east-1"]),
    (
        "kms:ViaService",
        &[
            "s3.eu-central-1.amazonaws.com",
            "ec2.eu-central-1.amazonaws.com",
        ],
    ),
    (
        "iam:PassedToService",
        &["sagemaker.amazonaws.com", "ec2.amazonaws.com"],
    ),
    (
        "aws:SourceArn",
        &[
            "arn:aws:sagemaker:eu-central-1:111122223333:processing-job/p1",
            "arn:aws:svc:us-east-2:999999999999:store/abc:111122223333:finance/d.txt",
            "arn:aws:svc:us-east-2:111122223333:finance/d.txt",
            "unknown",
        ],
    ),
    (
        "sagemaker:VpcSubnets",
        &["subnet-1", "subnet-2", "subnet-9"],
    ),
    ("aws:TagKeys", &["owner", "team", "Owner"]),
    (
        "s3:max-keys",
        &["10", "5", "10.00", "-3", "9007199254740992"],
    ),
    (
        "aws:CurrentTime",
        &[
            "2026-11-21T00:00:00Z",
            "2026-12-31T23:59:59.5Z",
            "2025-06-01T12:00:00Z",
        ],
    ),
    ("aws:EpochTime", &["1795219200", "1795219201"]),
    ("aws:SecureTransport", &["true", "false"]),
    ("sagemaker:NetworkIsolation", &["true", "false", "True"]),
    (
        "aws:SourceIp",
        &[
            "203.0.113.9",
            "203.0.113.200",
            "198.51.100.7",
            "2001:db8::5",
        ],
    ),
    ("app:Digest", &["QmluYXJ5", "T3RoZXI="]),
];

const STRING_KEYS: [&str; 12] = [
    "aws:PrincipalTag/team",
    "s3:ExistingObjectTag/team",
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:SourceVpce",
    "aws:SourceVpce",
    "aws:RequestedRegion",
    "kms:ViaService",
    "iam:PassedToService",
    "aws:SourceArn",
    "aws:username",
    "aws:PrincipalArn",
];

/// Operators together with the keys that suit them.
const OPERATORS: [(&[&str], &[&str]); 12] = [
    (
        &[
            "StringEquals",
            "StringNotEquals",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            "StringEquals",
            "StringNotEquals",
        ],
        &STRING_KEYS,
    ),
    (&["StringEquals", "StringNotEquals"], &STRING_KEYS),
    (&["StringLike", "StringNotLike"], &STRING_KEYS),
    (
        &[
            "StringEquals",
            "StringNotEquals",
            "StringLike",
            "StringNotLike",
        ],
        &["sagemaker:VpcSubnets", "aws:TagKeys"],
    ),
    (
        &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
        &["aws:PrincipalArn", "aws:PrincipalArn", "aws:SourceArn"],
    ),
    (
        &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ],
        &["s3:max-keys"],
    ),
    (
        &[
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ],
        &["aws:CurrentTime", "aws:EpochTime"],
    ),
    (
        &["Bool"],
        &["aws:SecureTransport", "sagemaker:NetworkIsolation"],
    ),
    (&["IpAddress", "NotIpAddress"], &["aws:SourceIp"]),
    (&["BinaryEquals"], &["app:Digest"]),
    (&["Null"], &STRING_KEYS),
    (
        &["Null"],
        &[
            "sagemaker:VpcSubnets",
            "aws:TagKeys",
            "aws:SourceIp",
            "sagemaker:NetworkIsolation",
        ],
    ),
];
