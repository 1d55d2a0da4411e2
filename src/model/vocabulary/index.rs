//! The table turned round: from a type's own names to canonical ones, built once and only where used.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::{Attribute, Kind, Row, rows};

/// How one type is read.
#[derive(Debug)]
pub struct TypeEntry {
    /// The row of the table.
    pub row: &'static Row,
    /// The attributes under the names of the type.
    pub fields: Fields,
    /// In which language people write it.
    pub language: Language,
    computes_unwritten: bool,
    is_referred_to: bool,
}

/// A language in which people declare resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Terraform's.
    Terraform,
    /// That of templates.
    CloudFormation,
}

/// The named attributes of a type or of an object inside it, in the order of their names.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, Field)>);

/// How one attribute is read.
#[derive(Debug)]
pub struct Field {
    /// The canonical name of this step of the path.
    pub name: &'static str,
    /// The attribute that the path ends in, if it ends here.
    pub attribute: Option<&'static Attribute>,
    /// A block that is written as a list of at most one.
    pub single: bool,
    /// The provider computes it where it is not written.
    pub computed: bool,
    /// What is known of the attributes inside.
    pub fields: Fields,
}

impl Fields {
    /// The fields of something the vocabulary does not know.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// The field of a name. `hint` is where the last one was found: names that come in order, as in
    /// plan JSON, are found at the next step.
    pub fn get(&self, name: &str, hint: &mut usize) -> Option<&Field> {
        while let Some((known, field)) = self.0.get(*hint) {
            match known.as_str().cmp(name) {
                std::cmp::Ordering::Less => *hint += 1,
                std::cmp::Ordering::Equal => return Some(field),
                std::cmp::Ordering::Greater => break,
            }
        }
        let after_previous = hint
            .checked_sub(1)
            .and_then(|at| self.0.get(at))
            .is_none_or(|(previous, _)| previous.as_str() < name);
        if after_previous {
            return None;
        }
        let found = self
            .0
            .binary_search_by(|(known, _)| known.as_str().cmp(name));
        *hint = found.unwrap_or_else(|at| at);
        found
            .ok()
            .and_then(|at| self.0.get(at))
            .map(|(_, field)| field)
    }

    /// The field of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Field> {
        self.get(name, &mut 0)
    }

    /// The names of the fields in the type's own words.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(own, _)| own.as_str())
    }

    /// The field with this canonical name.
    #[must_use]
    pub fn canonical(&self, name: &str) -> Option<&Field> {
        self.0
            .iter()
            .find_map(|(_, field)| (field.name == name).then_some(field))
    }

    /// The field with this canonical name, with its name in the type's own words.
    #[must_use]
    pub fn own(&self, name: &str) -> Option<(&str, &Field)> {
        let found = self.0.iter().find(|(_, field)| field.name == name);
        found.map(|(own, field)| (own.as_str(), field))
    }

    /// The own paths of all that lies at such a canonical path, at any depth.
    fn ending_in(&self, canonical: &str) -> Vec<String> {
        let (first, rest) = match canonical.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (canonical, None),
        };
        let mut found = Vec::new();
        for (own, field) in &self.0 {
            if field.name == first {
                match rest {
                    None => found.push(own.clone()),
                    Some(rest) => {
                        let inner = field.fields.ending_in(rest).into_iter();
                        found.extend(inner.map(|inner| format!("{own}.{inner}")));
                    }
                }
            }
            let inner = field.fields.ending_in(canonical).into_iter();
            found.extend(inner.map(|inner| format!("{own}.{inner}")));
        }
        found
    }

    /// Whether nothing is known of the attributes inside.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says of one of them, or of what lies in a block, that the provider computes it where it is not written.
    fn compute(&mut self, path: &str) {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let named = self.0.iter_mut().find(|(name, _)| name == first);
        match named {
            Some((_, field)) if rest.is_empty() => field.computed = true,
            Some((_, field)) => field.fields.compute(rest),
            None => {}
        }
    }

    fn add(&mut self, steps: &[Step], attribute: &'static Attribute, names: Names) {
        let Some((step, rest)) = steps.split_first() else {
            return;
        };
        let position = self
            .0
            .binary_search_by(|(name, _)| name.as_str().cmp(&step.own));
        let at = position.unwrap_or_else(|at| {
            let field = Field {
                name: step.canonical,
                attribute: None,
                single: step.single,
                computed: false,
                fields: Fields::default(),
            };
            self.0.insert(at, (step.own.clone(), field));
            at
        });
        let Some((_, field)) = self.0.get_mut(at) else {
            return;
        };
        if rest.is_empty() {
            field.attribute = Some(attribute);
            if let Some(part) = attribute.part.and_then(row_of) {
                for inner in part.attributes {
                    field.fields.add(&names(inner), inner, names);
                }
            }
        } else {
            field.fields.add(rest, attribute, names);
        }
    }
}

/// The path of an attribute in the words of one provider; empty if the provider does not have it.
type Names = fn(&'static Attribute) -> Vec<Step>;

impl Field {
    /// Whether the service sets it, and nobody writes it.
    #[must_use]
    pub fn is_output(&self) -> bool {
        self.attribute.is_some_and(Attribute::is_output)
    }
}

impl TypeEntry {
    /// Whether the provider computes every optional attribute that is not written, at every depth, so
    /// that a plan shows it as unknown: `awscc` does (plugin protocol 6, nested attributes).
    #[must_use]
    pub fn computes_unwritten(&self) -> bool {
        self.computes_unwritten
    }

    /// Whether any attribute of any kind names resources of this kind.
    #[must_use]
    pub fn is_referred_to(&self) -> bool {
        self.is_referred_to
    }

    /// The path of an attribute in the type's own words, for messages: its canonical path where the
    /// type has no other.
    #[must_use]
    pub fn own_path(&self, canonical: &str) -> String {
        let (mut fields, mut own) = (Some(&self.fields), String::new());
        for step in canonical.split('.') {
            let found = fields.and_then(|fields| fields.0.iter().find(|(_, f)| f.name == step));
            if !own.is_empty() {
                own.push('.');
            }
            own.push_str(found.map_or(step, |(name, _)| name));
            fields = found.map(|(_, field)| &field.fields);
        }
        own
    }

    /// The path of an attribute in the type's own words, by its canonical path or, in templates, the end of
    /// that; none where the type has no such attribute, or calls it so itself.
    #[must_use]
    pub fn own_words(&self, canonical: &str) -> Option<String> {
        let own = if self.knows(canonical) {
            self.own_path(canonical)
        } else if self.language == Language::Terraform {
            // There, what completes a resource is one of its own.
            return None;
        } else {
            let mut found = self.fields.ending_in(canonical);
            found.sort_by_key(String::len);
            let own = found.into_iter().next()?;
            // Who says a name alone gets one.
            match own.rsplit_once('.') {
                Some((_, last)) if !canonical.contains('.') => last.to_owned(),
                _ => own,
            }
        };
        (own != canonical).then_some(own)
    }

    /// Whether an attribute of the table has this canonical path, or lies below it.
    #[must_use]
    pub fn knows(&self, path: &str) -> bool {
        self.row.attributes.iter().any(|attribute| {
            let canonical = attribute.canonical();
            let below = canonical.strip_prefix(path);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// The attribute of the table with this canonical path.
    #[must_use]
    pub fn attribute(&self, path: &str) -> Option<&'static Attribute> {
        self.row
            .attributes
            .iter()
            .find(|attribute| is_path(attribute.path, path))
    }
}

/// One step of a path, in the type's own words and in canonical ones.
struct Step {
    own: String,
    canonical: &'static str,
    single: bool,
}

impl Step {
    fn same((name, single): (&'static str, bool)) -> Self {
        Self {
            own: name.to_owned(),
            canonical: name,
            single,
        }
    }
}

/// Finds how to read a resource (`managed`) or data source of a Terraform provider.
#[must_use]
pub fn terraform_type(name: &str, managed: bool) -> Option<&'static TypeEntry> {
    let (resources, data) = &*TERRAFORM;
    if managed { resources } else { data }.get(name)
}

/// Finds how to read a CloudFormation resource.
#[must_use]
pub fn cloudformation_type(name: &str) -> Option<&'static TypeEntry> {
    CLOUDFORMATION.get(name)
}

/// Finds how to read what is written inside of a resource and stands for one by itself.
#[must_use]
pub fn type_inside(name: &str) -> Option<&'static TypeEntry> {
    INSIDE.get(name)
}

type Types = HashMap<&'static str, TypeEntry>;

static CLOUDFORMATION: LazyLock<Types> = LazyLock::new(|| {
    let named = rows().filter_map(|row| Some((row.cloudformation?, row)));
    let own = named.filter(|(name, _)| !name.contains('.'));
    let entries = own.map(|(name, row)| {
        let mut entry = entry(row, cloudformation_steps, false);
        entry.language = Language::CloudFormation;
        (name, entry)
    });
    entries.collect()
});

static INSIDE: LazyLock<Types> = LazyLock::new(|| {
    let inside = |name: &&str| name.contains('.');
    let mut types = Types::new();
    for row in rows() {
        if let Some(name) = row.cloudformation.filter(inside) {
            let mut entry = entry(row, cloudformation_steps, false);
            entry.language = Language::CloudFormation;
            types.insert(name, entry);
        }
        if let Some(name) = row.awscc.filter(inside) {
            types.insert(name, entry(row, awscc_steps, false));
        }
    }
    types
});

static TERRAFORM: LazyLock<(Types, Types)> = LazyLock::new(|| {
    let (mut resources, mut data) = (Types::new(), Types::new());
    for row in rows() {
        if let Some(name) = row.aws {
            resources.insert(name, in_region(entry(row, aws_steps, false)));
        }
        if let Some(name) = row.data {
            data.insert(name, in_region(entry(row, aws_steps, false)));
        }
        if let Some(name) = row.awscc.filter(|name| !name.contains('.')) {
            resources.insert(name, entry(row, awscc_steps, true));
        }
    }
    (resources, data)
});

fn entry(row: &'static Row, names: Names, computes_unwritten: bool) -> TypeEntry {
    let mut fields = Fields::default();
    for attribute in row.attributes {
        fields.add(&names(attribute), attribute, names);
    }
    for path in row.computed {
        fields.compute(path);
    }
    TypeEntry {
        row,
        fields,
        language: Language::Terraform,
        computes_unwritten,
        is_referred_to: REFERRED_TO.contains(&row.kind),
    }
}

/// From version 6 on, the `aws` provider says of each regional resource in which region it is.
fn in_region(mut entry: TypeEntry) -> TypeEntry {
    static REGION: Attribute = super::attribute("region", "");
    if entry.fields.find(REGION.path).is_none() {
        entry.fields.add(&aws_steps(&REGION), &REGION, aws_steps);
        for (_, field) in entry
            .fields
            .0
            .iter_mut()
            .filter(|(name, _)| name == REGION.path)
        {
            field.computed = true;
        }
    }
    entry
}

static REFERRED_TO: LazyLock<HashSet<Kind>> = LazyLock::new(|| {
    let attributes = rows().flat_map(|row| row.attributes);
    attributes
        .flat_map(|attribute| attribute.refers)
        .copied()
        .collect()
});

fn aws_steps(attribute: &'static Attribute) -> Vec<Step> {
    if !attribute.in_aws {
        return Vec::new();
    }
    split(attribute.path).map(Step::same).collect()
}

/// The same path with the names of `awscc`, where objects need no `[0]`.
fn awscc_steps(attribute: &'static Attribute) -> Vec<Step> {
    let own = match (attribute.awscc, attribute.cloudformation) {
        (Some(path), _) => path.to_owned(),
        (None, "" | ".") => return Vec::new(),
        (None, path) => snake_case(path),
    };
    with_names(&own, attribute)
}

/// The same path with the names of CloudFormation.
fn cloudformation_steps(attribute: &'static Attribute) -> Vec<Step> {
    match attribute.cloudformation {
        "" | "." => Vec::new(),
        path => with_names(path, attribute),
    }
}

/// The path of an attribute with these names, where objects need no `[0]`.
fn with_names(own: &str, attribute: &'static Attribute) -> Vec<Step> {
    let own: Vec<_> = own
        .split('.')
        .map(|step| step.trim_end_matches("[]").to_owned())
        .collect();
    let canonical: Vec<_> = split(attribute.path).collect();
    if own.len() != canonical.len() {
        return Vec::new();
    }
    own.into_iter()
        .zip(canonical)
        .map(|(own, (canonical, _))| Step {
            own,
            canonical,
            single: false,
        })
        .collect()
}

/// The names of a path, each with whether it is a single block.
fn split(path: &'static str) -> impl Iterator<Item = (&'static str, bool)> {
    path.split('.').map(|step| {
        let name = step.split('[').next().unwrap_or(step);
        (name, step.ends_with("[0]"))
    })
}

fn is_path(written: &'static str, canonical: &str) -> bool {
    split(written)
        .map(|(name, _)| name)
        .eq(canonical.split('.'))
}

fn row_of(kind: Kind) -> Option<&'static Row> {
    rows().find(|row| row.kind == kind)
}

/// A CloudFormation property path with the names that the `awscc` provider gives it:
/// `ServerSideEncryptionByDefault.KMSMasterKeyID` is `server_side_encryption_by_default.kms_master_key_id`.
#[must_use]
pub fn snake_case(path: &str) -> String {
    let path = path
        .replace("CloudFormation", "Cloudformation")
        .replace("CloudFront", "Cloudfront")
        .replace("CloudWatch", "Cloudwatch")
        .replace("FSx", "Fsx");
    let characters: Vec<char> = path.chars().collect();
    let mut out = String::with_capacity(path.len() + 8);
    for (at, &character) in characters.iter().enumerate() {
        let previous = at.checked_sub(1).and_then(|at| characters.get(at));
        let next = characters.get(at + 1);
        let begins_word = previous.is_some_and(|previous| {
            if character.is_ascii_uppercase() && previous.is_ascii_uppercase() {
                next.is_some_and(char::is_ascii_lowercase)
            } else if character.is_ascii_digit() {
                previous.is_ascii_lowercase()
            } else {
                character.is_ascii_uppercase()
                    && (previous.is_ascii_lowercase() || previous.is_ascii_digit())
                    || character.is_ascii_lowercase() && previous.is_ascii_digit()
            }
        });
        if begins_word {
            out.push('_');
        }
        out.push(character.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_the_awscc_provider_does() {
        for (property, attribute) in [
            ("KMSMasterKeyID", "kms_master_key_id"),
            ("SSEAlgorithm", "sse_algorithm"),
            ("VolumeSizeInGB", "volume_size_in_gb"),
            (
                "SageMakerPipelineParameters",
                "sage_maker_pipeline_parameters",
            ),
            ("Outputs[].S3Output.S3Uri", "outputs[].s3_output.s3_uri"),
            ("CidrIpv6", "cidr_ipv_6"),
            ("CloudWatchLogsLogGroup", "cloudwatch_logs_log_group"),
            ("NotificationARNs", "notification_ar_ns"),
        ] {
            assert_eq!(snake_case(property), attribute);
        }
    }

    #[test]
    fn finds_fields_in_order_and_out_of_order() {
        let entry = terraform_type("aws_kms_key", true).unwrap();
        let names = [
            "policy",
            "absent",
            "key_usage",
            "arn",
            "policy",
            "zzz",
            "tags",
        ];
        let mut hint = 0;
        let found: Vec<_> = names
            .iter()
            .map(|name| entry.fields.get(name, &mut hint).map(|field| field.name))
            .collect();
        let expected = names.map(|name| (!["absent", "zzz"].contains(&name)).then_some(name));
        assert_eq!(found, expected);
    }
}
