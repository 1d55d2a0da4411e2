//! What the trails of the input record of the objects of a bucket.
//!
//! Source: AWS `CloudTrail` User Guide, "Logging data events" (basic and advanced event selectors).

use super::denials::name_in;
use super::{Context, Setting, Subject};
use crate::access::hinges;
use crate::iam::{Text, equal_texts};
use crate::model::graph::ResourceId;
use crate::model::truth::Truth;
use crate::model::value::{Data, Map, Value, Why};
use crate::model::vocabulary::Kind;

const OBJECTS: &str = "AWS::S3::Object";

/// What is recorded of who reads and writes the objects of a bucket.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) reads: Truth,
    pub(super) writes: Truth,
    /// The trails that record at least some of it.
    pub(super) by: Vec<ResourceId>,
    /// All trails that may record something in the bucket's account and region.
    pub(super) trails: Vec<ResourceId>,
    /// One that would record all of it, but is switched off.
    pub(super) stopped: Option<ResourceId>,
    /// What it hinges on.
    pub(super) open: Vec<(String, Why)>,
}

/// How much of a bucket's objects something is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Share {
    All,
    Some,
    None,
    Unknown,
}

/// What one selector records.
struct Selected {
    share: Share,
    reads: Truth,
    writes: Truth,
}

pub(super) fn recorded(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Recorded {
    let mut recorded = Recorded {
        reads: Truth::No,
        writes: Truth::No,
        by: Vec::new(),
        trails: Vec::new(),
        stopped: None,
        open: Vec::new(),
    };
    let arn = context.access.arn(bucket.id).unwrap_or_default();
    let name = name_in(&arn);
    for (id, resource) in context.graph.iter() {
        if resource.kind() != Some(Kind::Trail) {
            continue;
        }
        let trail = Trail {
            context,
            subject: Subject { id, resource },
            bucket: &name,
        };
        let is_on = trail.subject.is_on("enable_logging");
        let is_here = trail.is_here(bucket);
        let applies = is_on.and(is_here);
        let mut open = Vec::new();
        let selected = trail.selected(&mut open);
        if applies == Truth::No {
            let all = selected
                .iter()
                .any(|one| one.share == Share::All && one.reads.and(one.writes) == Truth::Yes);
            if is_here == Truth::Yes && all {
                recorded.stopped = recorded.stopped.or(Some(id));
            }
            continue;
        }
        recorded.trails.push(id);
        for selected in selected {
            let share = match selected.share {
                Share::All => Truth::Yes,
                Share::Unknown => Truth::Unknown,
                Share::Some | Share::None => Truth::No,
            };
            let is_some = selected.share != Share::None;
            if is_some && selected.reads.or(selected.writes) != Truth::No {
                recorded.by.push(id);
            }
            let all = share.and(applies);
            recorded.reads = recorded.reads.or(all.and(selected.reads));
            recorded.writes = recorded.writes.or(all.and(selected.writes));
        }
        if applies == Truth::Unknown && !recorded.by.is_empty() {
            let value = format!("whether {} is for this bucket", resource.address.as_str());
            open.push((value, Why::KnownAfterApply));
        }
        recorded.open.append(&mut open);
    }
    recorded.by.dedup();
    recorded.open.sort();
    recorded.open.dedup();
    recorded
}

struct Trail<'r, 'g, 'a> {
    context: &'r Context<'g, 'a>,
    subject: Subject<'g, 'a>,
    /// The name of the bucket that is asked about.
    bucket: &'r Text,
}

impl Trail<'_, '_, '_> {
    /// Whether it is for what happens in the account and region of a bucket.
    fn is_here(&self, bucket: &Subject<'_, '_>) -> Truth {
        let is_on = |path| self.subject.is_on(path);
        let access = &self.context.access;
        let (own, other) = (self.subject.resource, self.context.graph.get(bucket.id));
        let (account, region) = if own.provider == other.provider {
            (Truth::Yes, Truth::Yes)
        } else {
            (
                equal_texts(&access.account(own), &access.account(other)),
                equal_texts(&access.region(own), &access.region(other)),
            )
        };
        let account = account.or(is_on("is_organization_trail"));
        let region = region.or(is_on("is_multi_region_trail"));
        account.and(region)
    }

    /// What each of its selectors records.
    fn selected(&self, open: &mut Vec<(String, Why)>) -> Vec<Selected> {
        let paths = ["event_selector", "advanced_event_selector"];
        let mut all = Vec::new();
        for path in paths {
            let Some(selectors) = self.subject.resource.get(path) else {
                continue;
            };
            for selector in items(selectors) {
                all.push(match &selector.data {
                    Data::Map(map) if path == "event_selector" => self.basic(map, open),
                    Data::Map(map) => self.advanced(map, open),
                    Data::Null => continue,
                    _ => {
                        open.push(self.unknown(path, selector));
                        Selected {
                            share: Share::Unknown,
                            reads: Truth::Yes,
                            writes: Truth::Yes,
                        }
                    }
                });
            }
        }
        all
    }

    fn basic(&self, selector: &Map<'_>, open: &mut Vec<(String, Why)>) -> Selected {
        let path = "event_selector.data_resource";
        let mut share = Share::None;
        for resource in selector.get("data_resource").into_iter().flat_map(items) {
            let Some(map) = resource.as_map() else {
                open.push(self.unknown(path, resource));
                share = share.more(Share::Unknown);
                continue;
            };
            let kind = map.get("type").map_or(Truth::No, |kind| is(kind, OBJECTS));
            if kind == Truth::No {
                continue;
            }
            for value in map.get("values").into_iter().flat_map(items) {
                let path = "event_selector.data_resource.values";
                share = share.more(self.share(path, value, false, open));
            }
        }
        let kind = selector.get("read_write_type");
        let is_only = |only| kind.map_or(Truth::No, |kind| is(kind, only));
        Selected {
            share,
            reads: !is_only("WriteOnly"),
            writes: !is_only("ReadOnly"),
        }
    }

    fn advanced(&self, selector: &Map<'_>, open: &mut Vec<(String, Why)>) -> Selected {
        let path = "advanced_event_selector.field_selector";
        let (mut category, mut kind) = (Truth::No, Truth::No);
        let (mut reads, mut writes) = (Truth::Yes, Truth::Yes);
        let mut share = Share::All;
        for field in selector.get("field_selector").into_iter().flat_map(items) {
            let name = field.as_map().and_then(|map| map.get("field"));
            let Some((map, name)) = field.as_map().zip(name.and_then(Value::as_text)) else {
                open.push(self.unknown(path, field));
                share = share.less(Share::Unknown);
                continue;
            };
            let equals = |wanted| {
                let values = map.get("equals").into_iter().flat_map(items);
                values.map(|one| is(one, wanted)).fold(Truth::No, Truth::or)
            };
            match (name.strip_prefix("resources."), name) {
                (Some("type"), _) => kind = equals(OBJECTS),
                (Some("ARN"), _) => share = share.less(self.arns(map, open)),
                (_, "eventCategory") => category = equals("Data"),
                (_, "readOnly") => (reads, writes) = (equals("true"), equals("false")),
                _ => share = share.less(Share::Some),
            }
        }
        let share = match category.and(kind) {
            Truth::Yes => share,
            Truth::No => Share::None,
            Truth::Unknown => share.less(Share::Unknown),
        };
        Selected {
            share,
            reads,
            writes,
        }
    }

    /// How much of the bucket a selector leaves by the ARNs that it names.
    fn arns(&self, field: &Map<'_>, open: &mut Vec<(String, Why)>) -> Share {
        let path = |test: &str| format!("advanced_event_selector.field_selector.{test}");
        let listed = |test: &str, open: &mut Vec<(String, Why)>| {
            let values = field.get(test)?;
            let shares = items(values).iter();
            let shares = shares.map(|one| self.share(&path(test), one, true, open));
            Some(shares.fold(Share::None, Share::more))
        };
        let mut share = Share::All;
        if let Some(named) = listed("starts_with", open) {
            share = share.less(named);
        }
        if let Some(excepted) = listed("not_starts_with", open) {
            share = share.less(match excepted {
                Share::All => Share::None,
                Share::None => Share::All,
                other => other,
            });
        }
        // One object, or such as end alike.
        let narrow = ["equals", "ends_with", "not_ends_with"];
        if narrow.iter().any(|test| field.get(test).is_some()) {
            share = share.less(Share::Some);
        }
        share
    }

    /// How much of the bucket's objects an ARN is about, or the beginning of one.
    fn share(
        &self,
        path: &str,
        value: &Value<'_>,
        is_beginning: bool,
        open: &mut Vec<(String, Why)>,
    ) -> Share {
        let name = self.subject.value_name(path);
        let Some(text) = self.context.access.text(value, &name) else {
            open.push(self.unknown(path, value));
            return Share::Unknown;
        };
        let share = share_of(&text, self.bucket, is_beginning);
        if share == Share::Unknown {
            let of = hinges(&text).into_iter().chain(hinges(self.bucket));
            open.extend(of.map(|one| self.context.access.hinge(&one)));
            if text.known().is_some() && self.bucket.known().is_some() {
                open.push((name, Why::Undocumented));
            }
        }
        share
    }

    fn unknown(&self, path: &str, value: &Value<'_>) -> (String, Why) {
        let why = value.why_unknown().unwrap_or(Why::UnexpectedForm);
        (self.subject.value_name(path), why)
    }
}

impl Share {
    /// That of either of two.
    fn more(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Some, _) | (_, Self::Some) => Self::Some,
            _ => Self::None,
        }
    }

    /// That of both.
    fn less(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, _) | (_, Self::None) => Self::None,
            (Self::Some, _) | (_, Self::Some) => Self::Some,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            _ => Self::All,
        }
    }
}

/// `arn:aws:s3` and `arn:aws:s3:::` are all buckets, `arn:aws:s3:::name/` all objects of one.
fn share_of(text: &Text, bucket: &Text, is_beginning: bool) -> Share {
    let fields = text.fields(3).unwrap_or_default();
    if let [_, _, service] = fields.as_slice()
        && service.known() == Some("s3")
    {
        return Share::All;
    }
    let open = if text.known().is_some() {
        Share::None
    } else {
        Share::Unknown
    };
    let Some((_, after)) = text.split_once(":::") else {
        return open;
    };
    if after.known() == Some("") {
        return Share::All;
    }
    if let Some((name, inside)) = after.split_once("/") {
        return match (equal_texts(&name, bucket), inside.known()) {
            (Truth::No, _) => Share::None,
            (Truth::Unknown, _) | (_, None) => Share::Unknown,
            (Truth::Yes, Some("")) => Share::All,
            (Truth::Yes, Some(_)) => Share::Some,
        };
    }
    let begins = after.known().zip(bucket.known());
    match equal_texts(&after, bucket) {
        Truth::Yes if is_beginning => Share::All,
        Truth::No if is_beginning && begins.is_some_and(|(one, of)| of.starts_with(one)) => {
            Share::All
        }
        Truth::No if !is_beginning || begins.is_some() => Share::None,
        // What a bucket without a slash means in a basic selector is not documented.
        _ => Share::Unknown,
    }
}

/// What a list holds; else the one value, which is perhaps not known.
fn items<'v, 'a>(value: &'v Value<'a>) -> &'v [Value<'a>] {
    match &value.data {
        Data::Null => &[],
        _ => value.as_list().unwrap_or(std::slice::from_ref(value)),
    }
}

fn is(value: &Value<'_>, wanted: &str) -> Truth {
    match Setting::of(value) {
        Setting::Known { text, .. } => text.eq_ignore_ascii_case(wanted).into(),
        Setting::Absent => Truth::No,
        Setting::Unknown(..) => Truth::Unknown,
    }
}
