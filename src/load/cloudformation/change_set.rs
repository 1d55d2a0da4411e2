//! Change sets: the answer of `aws cloudformation describe-change-set` as it is written.
//!
//! What a resource is before and after stands there as JSON inside of a text, and only where the answer was made
//! with `--include-property-values`. Stack policies are not in it.
//!
//! Source: AWS `CloudFormation` API Reference, "`DescribeChangeSet`", "`ResourceChange`".

use std::collections::BTreeMap;

use crate::load::LoadError;
use crate::model::problem::Problem;
use crate::model::source::{FileId, SourceMap, Span};
use crate::yaml::{Node, read_json};

/// What stands for a value that nobody may see.
const HIDDEN: &str = "****";

/// A change set.
#[derive(Debug, Clone)]
pub struct ChangeSet {
    /// Its text.
    pub file: FileId,
    /// The account of its stack.
    pub account: Option<String>,
    /// The region, likewise.
    pub region: Option<String>,
    /// The values of parameters; none of one whose value is hidden.
    pub parameters: BTreeMap<String, Option<String>>,
    /// What becomes of resources.
    pub changes: Vec<ResourceChange>,
    /// All that changes is in it.
    pub is_whole: bool,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// What becomes of a resource.
#[derive(Debug, Clone)]
pub struct ResourceChange {
    /// What is done.
    pub action: Action,
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in the account, if it is there already.
    pub physical_id: Option<String>,
    /// Its type: `AWS::S3::Bucket`.
    pub type_name: String,
    /// It leaves the stack, and is not deleted.
    pub is_retained: bool,
    /// What it is before.
    pub before: Option<Context>,
    /// What it is afterwards.
    pub after: Option<Context>,
    /// Where it stands.
    pub at: Span,
}

/// What a resource is, before or afterwards.
#[derive(Debug, Clone)]
pub struct Context {
    /// Its properties, as a template would have them; places in it mean nothing.
    pub properties: Option<Node>,
    /// The path of the construct that made it.
    pub construct: Option<String>,
    /// Where it stands: the whole text.
    pub at: Span,
}

/// What is done to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is made.
    Add,
    /// The same resource is changed.
    Modify,
    /// Another one takes its place.
    Replace,
    /// It leaves the stack.
    Remove,
    /// It is there already, and becomes a part of the stack.
    Import,
    /// Which of these it is, is only known when the change set is executed.
    Open,
}

impl Action {
    /// Whether the same resource is there before; none if that is not known.
    #[must_use]
    pub fn existed_before(self) -> Option<bool> {
        match self {
            Self::Add | Self::Replace => Some(false),
            Self::Modify | Self::Import | Self::Remove => Some(true),
            Self::Open => None,
        }
    }
}

/// Reads a text that is a change set.
///
/// # Errors
/// What it is not.
pub fn change_set(sources: &SourceMap, file: FileId) -> Result<ChangeSet, LoadError> {
    let document = read_json(sources.text(file), file).map_err(|error| {
        let place = sources.location(error.at);
        LoadError::BrokenChangeSet {
            line: place.line as usize,
            column: place.column as usize,
            reason: error.message,
        }
    })?;
    let root = &document.root;
    let changes = root.get("Changes").and_then(Node::elements);
    let changes = changes.ok_or(LoadError::NoChanges)?;
    let (account, region) = root
        .get("StackId")
        .and_then(Node::as_text)
        .map_or((None, None), place);
    let mut set = ChangeSet {
        file,
        account,
        region,
        parameters: parameters(root),
        changes: Vec::with_capacity(changes.len()),
        is_whole: true,
        problems: Vec::new(),
    };
    set.state(root);
    for change in changes {
        // Changes of hooks and the like are no resources.
        let Some(resource) = change.get("ResourceChange") else {
            continue;
        };
        if let Some(change) = set.resource_change(resource) {
            set.changes.push(change);
            continue;
        }
        set.is_whole = false;
        set.problem(
            "this change lacks its `LogicalResourceId` or its `ResourceType`".to_owned(),
            resource.span,
            "it is not judged",
        );
    }
    Ok(set)
}

/// The account and region of `arn:aws:cloudformation:eu-central-1:111122223333:stack/name/id`.
fn place(arn: &str) -> (Option<String>, Option<String>) {
    let mut parts = arn.split(':').skip(3);
    let region = parts.next().filter(|region| !region.is_empty());
    let account = parts
        .next()
        .filter(|account| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()));
    (account.map(str::to_owned), region.map(str::to_owned))
}

fn parameters(root: &Node) -> BTreeMap<String, Option<String>> {
    let all = root.get("Parameters").and_then(Node::elements);
    let known = all.unwrap_or_default().iter().filter_map(|one| {
        let value = one.get("ParameterValue")?.scalar()?;
        let name = one.get("ParameterKey")?.scalar()?;
        let shown = Some(value).filter(|value| *value != HIDDEN);
        Some((name.to_owned(), shown.map(str::to_owned)))
    });
    known.collect()
}

impl ChangeSet {
    fn problem(&mut self, message: String, at: Span, consequence: &str) {
        self.problems.push(Problem::at(message, at, consequence));
    }

    /// Notes what says that there may be more changes.
    fn state(&mut self, root: &Node) {
        if let Some(status) = root.get("Status")
            && let Some(text) = status.as_text().filter(|text| *text != "CREATE_COMPLETE")
        {
            let reason = root.get("StatusReason").and_then(Node::as_text);
            let reason = reason.map_or_else(String::new, |reason| {
                let reason = reason.trim_end_matches('.');
                format!(": {reason}")
            });
            self.is_whole = false;
            self.problem(
                format!("the change set is `{text}`{reason}"),
                status.span,
                "it need not list all that changes; make it again where it failed",
            );
        }
        if let Some(token) = root.get("NextToken").filter(|one| one.scalar().is_some()) {
            self.is_whole = false;
            self.problem(
                "the answer has a `NextToken`: it is only a part of the change set".to_owned(),
                token.span,
                "what the other parts change is not judged; ask for all of it, without --no-paginate and \
                 --max-items",
            );
        }
    }

    fn resource_change(&mut self, change: &Node) -> Option<ResourceChange> {
        let text = |name| change.get(name).and_then(Node::as_text);
        let logical_id = text("LogicalResourceId")?.to_owned();
        let type_name = text("ResourceType")?.to_owned();
        let at = change.get("LogicalResourceId")?.span;
        let action = match (text("Action"), text("Replacement")) {
            (Some("Add"), _) => Action::Add,
            (Some("Modify"), Some("True")) => Action::Replace,
            (Some("Modify"), Some("Conditional")) => Action::Open,
            (Some("Modify"), _) => Action::Modify,
            (Some("Remove"), _) => Action::Remove,
            (Some("Import"), _) => Action::Import,
            _ => Action::Open,
        };
        if text("ChangeSetId").is_some_and(|id| !id.is_empty()) {
            self.problem(
                format!("nested stack `{logical_id}` has a change set of its own"),
                at,
                "what it changes is not judged; ask for that one too: aws cloudformation \
                 describe-change-set --include-property-values",
            );
        }
        let physical_id = text("PhysicalResourceId").filter(|id| !id.is_empty());
        let physical_id = physical_id.map(str::to_owned);
        let policy = text("PolicyAction");
        let is_retained = matches!(policy, Some("Retain" | "ReplaceAndRetain"));
        let before = self.context(change, "BeforeContext", &logical_id);
        let after = self.context(change, "AfterContext", &logical_id);
        Some(ResourceChange {
            action,
            logical_id,
            physical_id,
            type_name,
            is_retained,
            before,
            after,
            at,
        })
    }

    /// What a resource is, read out of the text that says it.
    fn context(&mut self, change: &Node, name: &str, logical_id: &str) -> Option<Context> {
        let node = change.get(name)?;
        let text = node.as_text()?;
        let Ok(document) = read_json(text, self.file) else {
            self.problem(
                format!("the `{name}` of `{logical_id}` is not JSON"),
                node.span,
                "what it says is not known",
            );
            return None;
        };
        let root = document.root;
        let construct = root.get("Metadata").and_then(|all| all.get("aws:cdk:path"));
        Some(Context {
            construct: construct.and_then(Node::as_text).map(str::to_owned),
            properties: root.get("Properties").cloned(),
            at: node.span,
        })
    }
}
