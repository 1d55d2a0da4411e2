//! Holds the vocabulary against the schemas of the providers and of CloudFormation, and against
//! itself.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of a test fails the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use plangate::model::vocabulary::{
    Attribute, AttributeRole, Holds, Kind, Row, Shape, rows, snake_case,
};
use serde_json::Value;

/// Data sources of other providers than `aws`.
const OTHER_PROVIDERS: &[&str] = &["terraform_remote_state"];

/// Attributes that the provider has had since a version after that of the schema.
const NEWER: &[(&str, &str)] = &[
    ("aws_nat_gateway", "availability_mode"),
    (
        "aws_s3_bucket_server_side_encryption_configuration",
        "rule[].blocked_encryption_types",
    ),
];

/// Lists that hold one element at most, though the schema does not say so.
const KNOWN_SINGLE: &[(&str, &str)] = &[("aws_ecr_repository", "encryption_configuration")];

static AWS: LazyLock<Value> =
    LazyLock::new(|| json(include_str!("../testdata/schemas/terraform-aws.json")));
static CLOUDFORMATION: LazyLock<Value> =
    LazyLock::new(|| json(include_str!("../testdata/schemas/cloudformation.json")));
static AWSCC: LazyLock<Value> =
    LazyLock::new(|| json(include_str!("../testdata/schemas/terraform-awscc.json")));

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// What is wrong, row by row; all of it is told at once.
#[derive(Default)]
struct Failures(Vec<String>);

impl Failures {
    fn add(&mut self, row: &Row, path: &str, what: impl AsRef<str>) {
        self.0
            .push(format!("{} `{path}`: {}", title(row), what.as_ref()));
    }

    #[track_caller]
    fn assert_none(self) {
        assert!(
            self.0.is_empty(),
            "{} failures\n{}",
            self.0.len(),
            self.0.join("\n")
        );
    }
}

fn title(row: &Row) -> String {
    let own = row.aws.or(row.data).or(row.cloudformation);
    format!("{} ({})", row.kind.name(), own.unwrap_or_default())
}

/// The names of a path, each with its brackets: `[0]`, `[]` or none.
fn steps(path: &str) -> Vec<(&str, &str)> {
    path.split('.')
        .map(|step| step.split_at(step.find('[').unwrap_or(step.len())))
        .collect()
}

#[test]
fn every_terraform_type_exists() {
    let mut failures = Failures::default();
    for row in rows() {
        if let Some(name) = row.aws
            && AWS["resources"].get(name).is_none()
        {
            failures.add(row, name, "no such resource");
        }
        if let Some(name) = row.data.filter(|name| !OTHER_PROVIDERS.contains(name))
            && AWS["data"].get(name).is_none()
        {
            failures.add(row, name, "no such data source");
        }
    }
    failures.assert_none();
}

#[test]
fn every_aws_attribute_exists_in_its_shape() {
    let mut failures = Failures::default();
    for row in rows() {
        let schemas: Vec<_> = [("resources", row.aws), ("data", row.data)]
            .into_iter()
            .filter_map(|(section, name)| Some((name?, AWS[section].get(name?)?)))
            .collect();
        for attribute in row.attributes {
            if row.data.is_some_and(|name| OTHER_PROVIDERS.contains(&name)) {
                continue;
            }
            let results: Vec<_> = schemas
                .iter()
                .map(|(name, schema)| walk_aws(name, schema, attribute.path))
                .collect();
            let found = results.iter().any(Result::is_ok);
            if attribute.in_aws && schemas.is_empty() {
                failures.add(row, attribute.path, "the row has no type of `aws`");
            } else if attribute.in_aws && !found && !is_newer(row, attribute) {
                let reasons: Vec<_> = results.into_iter().filter_map(Result::err).collect();
                failures.add(row, attribute.path, reasons.join("; "));
            } else if !attribute.in_aws && found {
                failures.add(
                    row,
                    attribute.path,
                    "said to be outside `aws`, but is there",
                );
            }
        }
    }
    failures.assert_none();
}

fn is_newer(row: &Row, attribute: &Attribute) -> bool {
    row.aws
        .is_some_and(|name| NEWER.contains(&(name, attribute.path)))
}

/// Blocks that the provider computes though the schema does not say so.
const COMPUTED_BLOCKS: &[(&str, &str)] = &[
    ("aws_s3_bucket", "grant"),
    ("aws_s3_bucket", "logging"),
    ("aws_s3_bucket", "replication_configuration"),
    ("aws_s3_bucket", "server_side_encryption_configuration"),
    ("aws_s3_bucket", "versioning"),
    ("aws_iam_role", "inline_policy"),
    ("aws_vpc_endpoint", "subnet_configuration"),
    (
        "aws_sagemaker_notebook_instance",
        "instance_metadata_service_configuration",
    ),
];

#[test]
fn what_the_provider_computes_is_said() {
    let mut failures = Failures::default();
    for row in rows() {
        let Some(name) = row.aws else {
            continue;
        };
        let is_computed = |argument: &str| {
            let mut block = &AWS["resources"][name];
            let mut own = argument;
            while let Some((first, rest)) = own.split_once('.') {
                (block, own) = (&block["blocks"][first], rest);
            }
            let flags = block["attributes"][own][1].as_str().unwrap_or("");
            flags == "optional computed" || COMPUTED_BLOCKS.contains(&(name, argument))
        };
        for argument in row.computed {
            if !is_computed(argument) {
                failures.add(row, argument, "is not computed where it is not written");
            }
        }
        for attribute in row.attributes {
            let (top, _) = steps(attribute.path)[0];
            let is_argument = !matches!(attribute.role, AttributeRole::Output(_));
            if attribute.in_aws && is_argument && is_computed(top) && !row.computed.contains(&top) {
                failures.add(row, top, "is computed where it is not written");
            }
        }
    }
    failures.assert_none();
}

/// Follows a path through the blocks, and then through the types, of a Terraform type.
fn walk_aws(name: &str, schema: &Value, path: &str) -> Result<(), String> {
    let steps = steps(path);
    let mut block = schema;
    for (at, &(step, brackets)) in steps.iter().enumerate() {
        if let Some(attribute) = block["attributes"].get(step) {
            return walk_type(name, &attribute[0], step, brackets, &steps[at + 1..]);
        }
        let Some(inner) = block["blocks"].get(step) else {
            return Err(format!("`{step}` is not in `{name}`"));
        };
        let single = inner["max_items"] == 1 || KNOWN_SINGLE.contains(&(name, step));
        match (inner["nesting"].as_str(), brackets) {
            (Some("single"), "") | (Some("list" | "set"), "[]") => {}
            (Some("list" | "set"), "[0]") if single => {}
            (nesting, _) => return Err(format!("`{step}{brackets}` is a {nesting:?} block")),
        }
        block = inner;
    }
    Ok(())
}

/// Goes on through the type of an attribute: `["set", ["object", {…}]]`.
fn walk_type(
    name: &str,
    kind: &Value,
    step: &str,
    brackets: &str,
    rest: &[(&str, &str)],
) -> Result<(), String> {
    let is_list = kind[0] == "list" || kind[0] == "set";
    let element = if is_list { &kind[1] } else { kind };
    let is_object = element[0] == "object";
    let fits = match brackets {
        "" if is_list => rest.is_empty() && !is_object,
        "" => rest.is_empty() || is_object,
        "[]" => is_list && is_object,
        _ => is_list && is_object && KNOWN_SINGLE.contains(&(name, step)),
    };
    if !fits {
        return Err(format!("`{step}{brackets}` is {kind}"));
    }
    let Some((&(next, brackets), rest)) = rest.split_first() else {
        return Ok(());
    };
    match element[1].get(next) {
        Some(inner) => walk_type(name, inner, next, brackets, rest),
        None => Err(format!("`{next}` is not in `{step}` of `{name}`")),
    }
}

#[test]
fn every_cloudformation_property_exists_in_its_shape() {
    let mut failures = Failures::default();
    for row in rows() {
        let base = row.cloudformation.map(property_of).transpose();
        match &base {
            Err(reason) => failures.add(row, row.cloudformation.unwrap_or_default(), reason),
            Ok(base) => {
                for attribute in row.attributes {
                    if let Err(reason) = walk_cloudformation(*base, attribute) {
                        failures.add(row, attribute.cloudformation, reason);
                    }
                }
            }
        }
    }
    failures.assert_none();
}

/// What a type, or a property of a type after a dot, holds.
fn property_of(name: &'static str) -> Result<&'static Value, String> {
    let (name, property) = name.split_once('.').unwrap_or((name, ""));
    let properties = CLOUDFORMATION
        .get(name)
        .map(|schema| &schema["properties"])
        .ok_or_else(|| "no such type".to_owned())?;
    if property.is_empty() {
        return Ok(properties);
    }
    let mut inner = properties;
    for property in property.split('.') {
        inner = inner
            .get(property)
            .ok_or_else(|| format!("no property `{property}`"))?;
    }
    Ok(inner.get(0).unwrap_or(inner))
}

fn walk_cloudformation(base: Option<&Value>, attribute: &Attribute) -> Result<(), String> {
    let path = attribute.cloudformation;
    if path.is_empty() || path == "." && base.is_some() {
        return Ok(());
    }
    let held = match attribute.holds() {
        Holds::Text => None,
        Holds::Flag => Some("boolean"),
        Holds::Number => Some("integer"),
    };
    let mut at = base.ok_or_else(|| "the row has no CloudFormation type".to_owned())?;
    for (step, brackets) in steps(path) {
        at = at.get(step).ok_or_else(|| format!("no `{step}` there"))?;
        if brackets == "[]" {
            at = at
                .get(0)
                .ok_or_else(|| format!("`{step}` is no list, but {at}"))?;
        }
    }
    let typed = at.as_str().filter(|of| ["boolean", "integer"].contains(of));
    if typed != held {
        return Err(format!("holds {held:?} here, and {at} there"));
    }
    let is_list_of_objects = at.get(0).is_some_and(Value::is_object);
    match attribute.shape {
        Shape::Plain if is_list_of_objects => Err("a list of objects without `[]`".to_owned()),
        Shape::Each(key) if is_list_of_objects => at[0]
            .as_object()
            .is_some_and(|object| object.keys().any(|name| snake_case(name) == key))
            .then_some(())
            .ok_or_else(|| format!("its elements have no `{key}`")),
        _ => Ok(()),
    }
}

/// `Ref` gives the primary identifier, with few exceptions.
#[test]
fn what_ref_gives_is_said() {
    // By the documentation of the type, its name.
    const NAMED: &[&str] = &["AWS::Events::Rule"];
    let mut failures = Failures::default();
    for row in rows() {
        let schema = row.cloudformation.and_then(|name| CLOUDFORMATION.get(name));
        let identifier = schema.and_then(|schema| schema["primary_identifier"].as_array());
        let (Some(name), Some([identifier])) = (row.cloudformation, identifier.map(Vec::as_slice))
        else {
            continue;
        };
        let attribute =
            |is: &dyn Fn(&Attribute) -> bool| row.attributes.iter().find(|attribute| is(attribute));
        let Some(own) = attribute(&|one| one.cloudformation == identifier.as_str().unwrap()) else {
            continue;
        };
        let given = attribute(&|one| one.canonical() == row.identity);
        let template = format!("{{{}}}", own.canonical());
        let is_it = given.is_some_and(|given| {
            given.canonical() == own.canonical()
                || matches!(given.role, AttributeRole::Output(Some(from)) if from == template)
                || given.role == own.role
        });
        if !is_it && !NAMED.contains(&name) {
            let identity = row.identity;
            failures.add(
                row,
                own.path,
                format!("`Ref` gives it, and not `{identity}`"),
            );
        }
    }
    failures.assert_none();
}

#[test]
fn paths_have_the_same_steps_in_both_formats() {
    let mut failures = Failures::default();
    for row in rows() {
        for attribute in row.attributes {
            let other = attribute.cloudformation;
            if other.is_empty() || other == "." {
                continue;
            }
            let lists = |path| {
                steps(path)
                    .into_iter()
                    .map(|(_, brackets)| brackets == "[]")
                    .collect::<Vec<_>>()
            };
            if lists(attribute.path) != lists(other) {
                failures.add(
                    row,
                    attribute.path,
                    format!("differs in shape from `{other}`"),
                );
            }
            if other.contains("[0]") {
                failures.add(row, other, "CloudFormation has no single blocks");
            }
        }
    }
    failures.assert_none();
}

#[test]
fn awscc_names_follow_from_cloudformation() {
    let mut failures = Failures::default();
    for row in rows() {
        let Some(name) = row.awscc else { continue };
        let (name, property) = name.split_once('.').unwrap_or((name, ""));
        let (_, expected) = row
            .cloudformation
            .and_then(|name| name.split_once('.'))
            .unwrap_or_default();
        if property != snake_case(expected) {
            failures.add(row, property, format!("should be the name of `{expected}`"));
        }
        let Some(schema) = AWSCC.get(name) else {
            continue;
        };
        let mut base = schema;
        for property in property.split('.') {
            base = base.get(property).unwrap_or(base);
        }
        for attribute in row.attributes {
            if matches!(attribute.cloudformation, "" | ".") {
                continue;
            }
            let path = attribute
                .awscc
                .map_or_else(|| snake_case(attribute.cloudformation), str::to_owned);
            let mut at = Some(base);
            for (step, brackets) in steps(&path) {
                at = at.and_then(|at| at.get(step));
                if brackets == "[]" {
                    at = at.and_then(|at| at.get(0));
                }
            }
            if at.is_none() {
                failures.add(row, &path, format!("not in `{name}`"));
            }
        }
    }
    failures.assert_none();
}

/// Names from the documentation of the `awscc` provider that a simpler rule would miss.
#[test]
fn snake_case_is_the_rule_of_the_awscc_provider() {
    for (property, attribute) in [
        ("CidrIpv6", "cidr_ipv_6"),
        ("DestinationIpv6CidrBlock", "destination_ipv_6_cidr_block"),
        ("S3OutputPath", "s3_output_path"),
        ("SSEAlgorithm", "sse_algorithm"),
        ("CloudWatchLogsLogGroup", "cloudwatch_logs_log_group"),
        ("NotificationARNs", "notification_ar_ns"),
    ] {
        assert_eq!(snake_case(property), attribute);
    }
}

#[test]
fn names_are_unique() {
    let mut failures = Failures::default();
    let mut types = BTreeMap::new();
    for row in rows() {
        let names = [
            ("aws", row.aws),
            ("data", row.data),
            ("CloudFormation", row.cloudformation),
            ("awscc", row.awscc),
        ];
        for (format, name) in names {
            if let Some(name) = name
                && let Some(other) = types.insert((format, name), title(row))
            {
                failures.add(row, name, format!("also the {format} name of {other}"));
            }
        }
        let mut canonical = BTreeSet::new();
        for attribute in row.attributes {
            if !canonical.insert(attribute.canonical()) {
                failures.add(row, attribute.path, "a second attribute of this name");
            }
        }
    }
    failures.assert_none();
}

#[test]
fn every_kind_has_a_row_and_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for &kind in Kind::ALL {
        let name = kind.name();
        assert!(names.insert(name), "two kinds are called `{name}`");
        assert!(
            name.starts_with(|first: char| first.is_ascii_lowercase())
                && name
                    .split('-')
                    .all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase())),
            "`{name}` is not kebab case"
        );
        assert!(first_row(kind).is_some(), "`{name}` has no row");
    }
}

fn first_row(kind: Kind) -> Option<&'static Row> {
    rows().find(|row| row.kind == kind)
}

#[test]
fn references_and_templates_lead_somewhere() {
    let mut failures = Failures::default();
    for row in rows() {
        let names: BTreeSet<_> = row.attributes.iter().map(Attribute::canonical).collect();
        for attribute in row.attributes {
            for &kind in attribute.refers {
                if first_row(kind).is_none() {
                    failures.add(row, attribute.path, format!("no row of {}", kind.name()));
                }
            }
            if let AttributeRole::Output(Some(template)) = attribute.role {
                for name in template.split('{').skip(1) {
                    let name = name.split('}').next().unwrap_or_default();
                    if !["partition", "region", "account"].contains(&name) && !names.contains(name)
                    {
                        failures.add(row, attribute.path, format!("no `{name}` for {template}"));
                    }
                }
            }
        }
        if let Some(owner) = row.owner {
            let link = row
                .attributes
                .iter()
                .find(|attribute| attribute.canonical() == owner.attribute);
            if !link.is_some_and(|attribute| attribute.refers.contains(&owner.kind)) {
                failures.add(row, owner.attribute, "does not refer to the owner");
            }
        }
    }
    failures.assert_none();
}

/// A kind that is a property in CloudFormation belongs to the row of the type with that property,
/// and both rows say so.
#[test]
fn parts_and_owners_agree() {
    let mut failures = Failures::default();
    for row in rows() {
        if let Some(name) = row.cloudformation
            && let Some((resource, property)) = name.split_once('.')
            // What stands for a resource by itself completes none.
            && row.kind != Kind::ProcessingJobMonitor
        {
            let owner = rows().find(|owner| owner.cloudformation == Some(resource));
            let attributes: Vec<_> = owner
                .iter()
                .flat_map(|owner| owner.attributes)
                .filter(|attribute| steps(attribute.cloudformation)[0].0 == property)
                .collect();
            if attributes.is_empty() {
                failures.add(row, name, "the owner has no attribute for this property");
            }
            if owner.map(|owner| owner.kind) != row.owner.map(|owner| owner.kind) {
                failures.add(row, name, "is not a part of the kind that has the property");
            }
            let has_content = row
                .attributes
                .iter()
                .any(|attribute| !attribute.cloudformation.is_empty());
            if has_content && !attributes.iter().any(|held| held.part == Some(row.kind)) {
                failures.add(
                    row,
                    name,
                    "the owner's attribute does not say it is this part",
                );
            }
        }
        for attribute in row.attributes {
            let Some(inner) = attribute.part.and_then(first_row) else {
                continue;
            };
            if inner.owner.map(|owner| owner.kind) != Some(row.kind) {
                failures.add(row, attribute.path, "the part has another owner");
            }
            let property = attribute.cloudformation.trim_end_matches("[]");
            let expected = format!("{}.{property}", row.cloudformation.unwrap_or_default());
            if let Some(name) = inner.cloudformation.filter(|name| name.contains('.'))
                && name != expected
            {
                failures.add(row, attribute.path, format!("the part is called {name}"));
            }
        }
    }
    failures.assert_none();
}
