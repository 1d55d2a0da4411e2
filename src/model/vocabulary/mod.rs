//! The one table in which formats and rules meet: which Terraform and CloudFormation type is which
//! [`Kind`], and under which canonical name each of its attributes is known.
//!
//! A row names the `aws`, `awscc` and CloudFormation type of one kind. Its attributes are written as
//! paths: `x[0].y` is attribute `y` of the single block `x`, `x[].y` is `y` of every element of the
//! list `x`. The canonical name of an attribute is its first path without the brackets. Where a
//! CloudFormation or `awscc` name has a dot, the kind is no resource there but a property of one; the
//! owner's row then has that property too.
//!
//! Loaders ask [`terraform_type`] or [`cloudformation_type`] how to read a type; rules see canonical names only. A test holds every name
//! against the schemas in `testdata/schemas/`.

use std::borrow::Cow;

mod asked;
mod context;
mod iam;
mod index;
mod keys;
mod kind;
mod monitoring;
mod network;
mod orchestration;
mod sagemaker;
mod security_groups;
mod storage;

pub use index::{
    Field, Fields, Language, TypeEntry, cloudformation_type, snake_case, terraform_type,
    type_inside,
};
pub use kind::Kind;

/// The names of one kind of resource in every format.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The kind that all these types are.
    pub kind: Kind,
    /// The resource type of Terraform's `hashicorp/aws` provider.
    pub aws: Option<&'static str>,
    /// The data source of `hashicorp/aws` that reads this kind.
    pub data: Option<&'static str>,
    /// The CloudFormation type, or `Type.Property` where the kind is a property of that type.
    pub cloudformation: Option<&'static str>,
    /// The resource type of Terraform's `hashicorp/awscc` provider, or `type.attribute`.
    pub awscc: Option<&'static str>,
    /// The canonical name of the attribute that CloudFormation's `Ref` gives.
    pub identity: &'static str,
    /// The resource that this one is a part of.
    pub owner: Option<Owner>,
    /// Arguments and blocks of the `aws` type that the provider computes where they are not written, so
    /// that a plan shows them as unknown.
    pub computed: &'static [&'static str],
    /// The attributes that rules may read.
    pub attributes: &'static [Attribute],
}

/// Says that a resource only completes another one, as a bucket policy completes its bucket.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    /// What the resource is a part of.
    pub kind: Kind,
    /// The canonical name of the attribute that names the owner.
    pub attribute: &'static str,
}

/// One attribute of a kind, under its names in every format.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// The path in the `aws` type; without its brackets, the canonical name.
    pub path: &'static str,
    /// The path of CloudFormation's property, empty where there is none; `.` is the property itself
    /// that the row names.
    pub cloudformation: &'static str,
    /// The path in the `awscc` type, where it is not CloudFormation's in snake case.
    pub awscc: Option<&'static str>,
    /// The `aws` provider has it. False for what only `awscc` and CloudFormation know.
    pub in_aws: bool,
    /// What an absent attribute means.
    pub default: Default,
    /// The kinds that a value of this attribute names, if it names resources.
    pub refers: &'static [Kind],
    /// What the attribute is for.
    pub role: AttributeRole,
    /// What sort of scalar it holds, where a format may write it as text.
    holds: Holds,
    /// How the formats shape the same content differently.
    pub shape: Shape,
    /// The kind whose attributes are found inside this one: the owner's side of an [`Owner`] link.
    pub part: Option<Kind>,
    /// The provider's schema says that it is sensitive.
    pub sensitive: bool,
    /// It is the base64 of a script. One of which only pieces are known is in the model as those pieces, not
    /// encoded.
    pub script: bool,
}

/// The value that the service or the provider takes where an attribute is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Default {
    /// Nothing is taken.
    None,
    /// This truth value.
    Bool(bool),
    /// This text.
    Text(&'static str),
    /// This whole number.
    Integer(i64),
}

/// What sort of scalar an attribute holds. CloudFormation takes `"true"` for `true`, and `"1"` for 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Text, or no scalar at all.
    Text,
    /// A truth value.
    Flag,
    /// A whole number.
    Number,
}

/// What an attribute is for, beyond holding a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeRole {
    /// A value that the author sets.
    Argument,
    /// An argument that names the resource, unique within its kind: two equal ones are one resource.
    Name,
    /// A policy document: JSON text or an object. One of which only pieces are known is in the model as the
    /// object with holes in it.
    Policy,
    /// Another document in the same forms: the definition of a state machine.
    Document,
    /// Set by the service. The template, where there is one, derives it: `{name}` stands for another
    /// attribute, `{partition}`, `{region}` and `{account}` for the place of the resource.
    Output(Option<&'static str>),
}

/// How the formats shape the same content differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// As it is, after single blocks have become objects.
    Plain,
    /// A list of texts: a single text is a list of one, an object stands for its value of this name.
    Each(&'static str),
    /// A map of tags; lists of `{Key, Value}` become one.
    Tags,
}

/// Begins a row.
const fn row(kind: Kind) -> Row {
    Row {
        kind,
        aws: None,
        data: None,
        cloudformation: None,
        awscc: None,
        identity: "id",
        owner: None,
        computed: &[],
        attributes: &[],
    }
}

impl Row {
    const fn aws(mut self, name: &'static str) -> Self {
        self.aws = Some(name);
        self
    }

    const fn data(mut self, name: &'static str) -> Self {
        self.data = Some(name);
        self
    }

    const fn cloudformation(mut self, name: &'static str) -> Self {
        self.cloudformation = Some(name);
        self
    }

    const fn awscc(mut self, name: &'static str) -> Self {
        self.awscc = Some(name);
        self
    }

    /// `Ref` gives this attribute, not `id`.
    const fn identified_by(mut self, attribute: &'static str) -> Self {
        self.identity = attribute;
        self
    }

    const fn part_of(mut self, kind: Kind, attribute: &'static str) -> Self {
        self.owner = Some(Owner { kind, attribute });
        self
    }

    const fn computed(mut self, names: &'static [&'static str]) -> Self {
        self.computed = names;
        self
    }

    const fn attributes(mut self, attributes: &'static [Attribute]) -> Self {
        self.attributes = attributes;
        self
    }
}

/// An argument, by its `aws` path and its CloudFormation path (empty where there is none).
const fn attribute(path: &'static str, cloudformation: &'static str) -> Attribute {
    Attribute {
        path,
        cloudformation,
        awscc: None,
        in_aws: true,
        default: Default::None,
        refers: &[],
        role: AttributeRole::Argument,
        holds: Holds::Text,
        shape: Shape::Plain,
        part: None,
        sensitive: false,
        script: false,
    }
}

/// An argument that the `aws` provider does not have: its canonical name and CloudFormation path.
const fn outside_aws(path: &'static str, cloudformation: &'static str) -> Attribute {
    let mut attribute = attribute(path, cloudformation);
    attribute.in_aws = false;
    attribute
}

/// An output that the `aws` provider does not have.
const fn elsewhere(mut attribute: Attribute) -> Attribute {
    attribute.in_aws = false;
    attribute
}

/// An attribute set by the service that nothing known derives, such as a random id.
const fn output(path: &'static str, cloudformation: &'static str) -> Attribute {
    let mut attribute = attribute(path, cloudformation);
    attribute.role = AttributeRole::Output(None);
    attribute
}

/// An attribute set by the service whose form is fixed: see [`AttributeRole::Output`].
const fn derived(
    path: &'static str,
    cloudformation: &'static str,
    template: &'static str,
) -> Attribute {
    let mut attribute = attribute(path, cloudformation);
    attribute.role = AttributeRole::Output(Some(template));
    attribute
}

impl Attribute {
    /// Whether it names several resources: the formats call such attributes by a plural.
    #[must_use]
    pub fn is_list(&self) -> bool {
        !self.refers.is_empty() && self.path.ends_with('s')
    }

    /// Whether it holds a document, a policy or another one.
    #[must_use]
    pub fn is_document(&self) -> bool {
        matches!(self.role, AttributeRole::Policy | AttributeRole::Document)
    }

    /// Whether the service sets it, and nobody writes it.
    #[must_use]
    pub fn is_output(&self) -> bool {
        matches!(self.role, AttributeRole::Output(_))
    }

    /// What sort of scalar it holds.
    #[must_use]
    pub fn holds(&self) -> Holds {
        match self.default {
            Default::Bool(_) => Holds::Flag,
            Default::Integer(_) => Holds::Number,
            Default::Text(_) | Default::None => self.holds,
        }
    }

    /// The canonical name: the path without its brackets.
    #[must_use]
    pub fn canonical(&self) -> Cow<'static, str> {
        if self.path.contains('[') {
            self.path.replace("[0]", "").replace("[]", "").into()
        } else {
            self.path.into()
        }
    }

    /// The `awscc` path, where it is not the CloudFormation path in snake case.
    const fn awscc(mut self, path: &'static str) -> Self {
        self.awscc = Some(path);
        self
    }

    const fn default(mut self, default: Default) -> Self {
        self.default = default;
        self
    }

    const fn refers(mut self, kinds: &'static [Kind]) -> Self {
        self.refers = kinds;
        self
    }

    const fn name(mut self) -> Self {
        self.role = AttributeRole::Name;
        self
    }

    const fn policy(mut self) -> Self {
        self.role = AttributeRole::Policy;
        self
    }

    const fn each(mut self, key: &'static str) -> Self {
        self.shape = Shape::Each(key);
        self
    }

    /// Its content is what the type of this kind says in a resource of its own.
    const fn part(mut self, kind: Kind) -> Self {
        self.part = Some(kind);
        self
    }

    const fn flag(mut self) -> Self {
        self.holds = Holds::Flag;
        self
    }

    const fn number(mut self) -> Self {
        self.holds = Holds::Number;
        self
    }

    const fn script(mut self) -> Self {
        self.script = true;
        self
    }

    const fn document(mut self) -> Self {
        self.role = AttributeRole::Document;
        self
    }

    const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    const fn tags(mut self) -> Self {
        self.shape = Shape::Tags;
        self
    }
}

/// Every row of the table, family by family.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [
        sagemaker::ROWS,
        monitoring::ROWS,
        orchestration::ROWS,
        iam::ROWS,
        keys::ROWS,
        storage::ROWS,
        network::ROWS,
        security_groups::ROWS,
        context::ROWS,
    ]
    .into_iter()
    .flatten()
}
