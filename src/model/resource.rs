//! Resources, their addresses, and what a change does to them.

use std::borrow::Cow;

use super::source::Span;
use super::value::{Data, Map, ProviderId, Value, Why};
use super::vocabulary::{AttributeRole, Kind, TypeEntry};

/// One resource of an estate, under canonical attribute names.
#[derive(Debug, Clone)]
pub struct Resource<'a> {
    /// Where it stands in the configuration: unique in its graph.
    pub address: Address<'a>,
    /// The type in the words of the input.
    pub type_name: Cow<'a, str>,
    /// What the vocabulary says about the type; none for a type that no rule reads.
    pub entry: Option<&'static TypeEntry>,
    /// The attributes. One that is not there is known to be absent.
    pub attributes: Map<'a>,
    /// Something in the attributes is not known.
    pub open: bool,
    /// Where the input speaks of it.
    pub origin: Span,
    /// Whether rules judge it.
    pub standing: Standing,
    /// Whether it is there before the change, and stays the same object; none if the input does not tell.
    pub existed_before: Option<bool>,
    /// The path of the construct that made it, where a program wrote the input: `Stack/Bucket/Resource`.
    pub construct: Option<Cow<'a, str>>,
    /// The provider configuration that manages it, where the input tells.
    pub provider: Option<ProviderId>,
}

/// Whether a resource is judged, or only known. The later ones are known better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It lies outside (a data source) or leaves (forgotten): others may refer to it, and what completes it
    /// is not shown.
    Context,
    /// Another root makes it, of which the user gave a plan or state: what completes it is known.
    Other,
    /// It is this estate's own: rules judge it.
    Judged,
}

impl Standing {
    /// Whether what is not shown of a resource, and of what completes it, is known to be absent.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self != Self::Context
    }
}

/// The address of a resource: `module.a["x"].data.aws_iam_role.this[0]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address<'a>(pub Cow<'a, str>);

impl<'a> Resource<'a> {
    /// What it is, if any rule could read it.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        self.entry.map(|entry| entry.row.kind)
    }

    /// What messages call an attribute: `aws_kms_key.data.policy`, `DataKey.KeyPolicy`.
    #[must_use]
    pub fn name_of(&self, path: &str) -> String {
        let own = self.entry.and_then(|entry| entry.own_words(path));
        format!(
            "{}.{}",
            self.address.as_str(),
            own.as_deref().unwrap_or(path)
        )
    }

    /// An attribute by its canonical path, which its kind has. None means that it is known to be absent.
    #[must_use]
    #[cfg_attr(debug_assertions, track_caller)]
    pub fn get(&self, path: &str) -> Option<&Value<'a>> {
        debug_assert!(
            self.kind().is_none_or(|kind| kind.has(path)),
            "the vocabulary has no `{path}` for {}: `Resource::if_any` asks what only some kinds have",
            self.type_name
        );
        self.attributes.at(path)
    }

    /// The same, where it is not known which kind it is: none also for a kind that has no such attribute.
    #[must_use]
    #[cfg_attr(debug_assertions, track_caller)]
    pub fn if_any(&self, path: &str) -> Option<&Value<'a>> {
        debug_assert!(
            Kind::any_has(path),
            "the vocabulary has no `{path}` for any kind"
        );
        self.attributes.at(path)
    }
}

/// Adds what nobody writes and the service sets, as not known for this reason; with `all`, whatever is not told.
pub fn add_outputs(
    attributes: &mut Map<'_>,
    entry: &'static TypeEntry,
    all: bool,
    why: Why,
    at: Span,
) {
    for attribute in entry.row.attributes {
        let mut name = attribute.canonical();
        // Of what is not told at all, no block is known to be absent either.
        if let (true, Some(end)) = (all, name.find('.')) {
            name.to_mut().truncate(end);
        }
        let is_own = entry.fields.canonical(&name).is_some();
        if (all || attribute.is_output()) && is_own && attributes.get(&name).is_none() {
            attributes.push(name, Value::new(Data::Unknown(why), at));
        }
    }
}

/// Makes the attributes those of a resource of which there may be none: to whom it would belong is told, and
/// nothing that would follow from its being there. What is a part of another resource (an attachment, a
/// membership) links two of them, and only the owner's side is told.
pub fn leave_open(attributes: &mut Map<'_>, entry: &'static TypeEntry, why: Why) {
    for (name, value) in attributes.iter_mut() {
        let field = entry.fields.canonical(name);
        let attribute = field.and_then(|field| field.attribute);
        let stays = attribute.is_some_and(|attribute| match &entry.row.owner {
            Some(owner) => owner.attribute == name,
            None => !attribute.refers.is_empty() || attribute.role == AttributeRole::Name,
        });
        if !stays {
            value.data = Data::Unknown(why);
        }
    }
}

impl Address<'_> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The module instance it lies in: `module.a["x"]`, empty for the root.
    #[must_use]
    pub fn module(&self) -> &str {
        module_of(&self.0)
    }

    /// The key of the last `[…]`, as written, if the resource is repeated.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.0.get(self.block()?.len() + 1..self.0.len() - 1)
    }

    /// The address of the repeated block that makes this resource: without its own key.
    #[must_use]
    pub fn block(&self) -> Option<&str> {
        let inner = self.0.ends_with(']').then(|| steps(&self.0).last())??;
        self.0.get(..self.0.len() - inner.len() + inner.find('[')?)
    }

    /// Appends the address without any `[…]` to `out`: the place in the configuration.
    pub fn without_keys(&self, out: &mut String) {
        without_keys(&self.0, out);
    }
}

/// The part of an address that names the module instance; see [`Address::module`].
#[must_use]
pub fn module_of(address: &str) -> &str {
    let mut end = 0;
    let mut at = 0;
    let mut steps = steps(address);
    while let Some(step) = steps.next() {
        let Some(call) = (step == "module").then(|| steps.next()).flatten() else {
            break;
        };
        end = at + step.len() + 1 + call.len();
        at = end + 1;
    }
    address.get(..end).unwrap_or("")
}

/// The address of something inside a module; the root module's is empty.
#[must_use]
pub fn inside(module: &str, inner: &str) -> String {
    if module.is_empty() {
        inner.to_owned()
    } else {
        format!("{module}.{inner}")
    }
}

/// Appends an address without any `[…]` to `out`.
pub fn without_keys(address: &str, out: &mut String) {
    let mut rest = address;
    while let Some(open) = rest.bytes().position(|byte| byte == b'[') {
        let (before, key) = rest.split_at(open);
        out.push_str(before);
        rest = key.get(end_of_key(key)..).unwrap_or("");
    }
    out.push_str(rest);
}

/// The byte after the `]` that closes a key; a quoted key may hold brackets and escaped quotes.
fn end_of_key(text: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The steps of an address or reference: split at dots, but not inside `[…]`, where a quoted key may
/// hold dots, brackets and escaped quotes.
pub fn steps(address: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(address);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = end_of_step(text);
        rest = text.get(end + 1..);
        text.get(..end)
    })
}

fn end_of_step(text: &str) -> usize {
    let mut begin = 0;
    while let Some(rest) = text.get(begin..) {
        match rest.bytes().position(|byte| matches!(byte, b'.' | b'[')) {
            Some(at) if rest.as_bytes().get(at) == Some(&b'.') => return begin + at,
            Some(at) => begin += at + end_of_key(rest.get(at..).unwrap_or("")),
            None => break,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_dots_and_quotes_inside_keys() {
        let address = Address(r#"module.a["x.y]\"."].module.b.data.aws_vpc.this["a.b"]"#.into());
        assert_eq!(address.module(), r#"module.a["x.y]\"."].module.b"#);
        assert_eq!(address.key(), Some(r#""a.b""#));
        let mut place = String::new();
        address.without_keys(&mut place);
        assert_eq!(place, "module.a.module.b.data.aws_vpc.this");
    }

    #[test]
    fn the_root_module_is_empty() {
        let address = Address("aws_s3_bucket.module".into());
        assert_eq!((address.module(), address.key()), ("", None));
    }
}
