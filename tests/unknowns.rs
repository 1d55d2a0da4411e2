//! What functions and operators make of values that are not known, or secret.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use plangate::hcl::functions::{FileError, Files, all};
use plangate::hcl::{
    Budget, Data, Error, Evaluator, Hole, Instance, Locals, Piece, Scope, Text, Type, Value,
    expression,
};
use plangate::model::source::Span;
use plangate::model::value::Why;

/// `unknown.list` is a list of texts of which nothing is known, and so on; `unknown.role` a resource of
/// which only the name is known; `secret.text` is known.
struct Names;

impl Files for Names {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::Missing)
    }

    fn list(&self, _: &str) -> Result<Vec<PathBuf>, FileError> {
        Err(FileError::Missing)
    }
}

impl Scope for Names {
    fn lookup(&self, names: &[&str], at: Span) -> Result<(Value, usize), Error> {
        let of = match names {
            ["unknown", "text", ..] => Type::String,
            ["unknown", "number", ..] => Type::Number,
            ["unknown", "bool", ..] => Type::Bool,
            ["unknown", "list", ..] => Type::list(Type::String),
            ["unknown", "set", ..] => Type::set(Type::String),
            ["unknown", "map", ..] => Type::map(Type::String),
            ["unknown", "any", ..] => Type::Any,
            ["unknown", "pair", ..] => Type::Tuple(vec![Type::String, Type::Number]),
            ["unknown", name @ ("arn" | "other"), ..] => {
                let hole = Hole {
                    attribute: Some(("aws_iam_role.a".into(), (*name).into())),
                    why: Why::KnownAfterApply,
                    what: None,
                };
                return Ok((Value::new(Data::Text(Text::hole(hole)), at), 2));
            }
            ["unknown", "role", ..] => {
                let name = ("name".to_owned(), Value::text("job", at));
                let instance = Instance {
                    address: "aws_iam_role.b".into(),
                    attributes: BTreeMap::from([name]),
                    why: Why::KnownAfterApply,
                };
                return Ok((Value::new(Data::Resource(Arc::new(instance)), at), 2));
            }
            ["secret", "text", ..] => return Ok((Value::text("s", at).marked(true), 2)),
            _ => return Err(Error::new("nothing is called this", at)),
        };
        Ok((Value::unknown(of, Why::KnownAfterApply, at), 2))
    }
}

/// A value in short: `?` is not known, `!` stands after secrets, `list`, `set`, `map` before these.
fn shown(value: &Value) -> String {
    let join = |all: Vec<String>| all.join(",");
    let list = |all: &[Value]| join(all.iter().map(shown).collect());
    let entries = |all: &BTreeMap<String, Value>| {
        let all = all.iter();
        join(
            all.map(|(name, one)| format!("{name}={}", shown(one)))
                .collect(),
        )
    };
    let text = match &value.data {
        Data::Null(_) => "null".to_owned(),
        Data::Bool(flag) => flag.to_string(),
        Data::Number(number) => number.to_string(),
        Data::Text(text) => {
            let pieces = text.pieces().iter().map(|piece| match piece {
                Piece::Literal(text) => text.as_str(),
                Piece::Hole(_) => "?",
            });
            format!("'{}'", pieces.collect::<String>())
        }
        Data::Tuple(all) => format!("[{}]", list(all)),
        Data::List(_, all) => format!("list[{}]", list(all)),
        Data::Set(_, all) => format!("set[{}]", list(all)),
        Data::Object(all) => format!("{{{}}}", entries(all)),
        Data::Map(_, all) => format!("map{{{}}}", entries(all)),
        Data::Resource(_) => "resource".to_owned(),
        Data::Unknown(_) => "?".to_owned(),
    };
    format!("{text}{}", if value.sensitive { "!" } else { "" })
}

fn answer(text: &str) -> String {
    let budget = Budget::default();
    let evaluator = Evaluator::new(&Names, &Names, &budget);
    let value = expression(text, Span::NOWHERE)
        .and_then(|expr| evaluator.evaluate(&expr, &Locals::default()));
    match value {
        Ok(value) => shown(&value),
        Err(error) => format!("error: {error}"),
    }
}

fn check(table: &[(&str, &str)]) {
    let wrong = table.iter().filter_map(|(text, expected)| {
        let answer = answer(text);
        let agrees = answer == *expected || (*expected == "error" && answer.starts_with("error"));
        (!agrees).then(|| format!("{text}\n    expected {expected}\n    is       {answer}"))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn collections_with_unknown_elements() {
    check(&[
        ("alltrue([unknown.bool, true])", "?"),
        ("alltrue([unknown.bool, false])", "false"),
        ("anytrue([unknown.bool, false])", "?"),
        ("anytrue([unknown.bool, true])", "true"),
        ("contains([unknown.text], \"a\")", "?"),
        ("contains([unknown.text, \"a\"], \"a\")", "true"),
        ("contains([unknown.arn], unknown.arn)", "true"),
        ("contains([\"x-${unknown.text}\"], \"y\")", "false"),
        ("contains(unknown.set, \"a\")", "?"),
        ("contains(toset([unknown.text, \"a\"]), \"a\")", "true"),
        ("contains([[\"a\", unknown.text]], [\"b\", \"c\"])", "false"),
        ("index([\"a\", unknown.text], \"a\")", "0"),
        ("index([unknown.text, \"a\"], \"a\")", "?"),
        ("length([unknown.any])", "1"),
        ("length(toset([unknown.text]))", "1"),
        ("length(toset([unknown.text, \"a\"]))", "?"),
        ("length(\"x${unknown.text}\")", "?"),
        ("length(unknown.list)", "?"),
        ("length(unknown.pair)", "2"),
        ("length(unknown.role)", "?"),
        ("length(unknown.arn)", "?"),
        ("length({a = unknown.any})", "1"),
    ]);
}

#[test]
fn lists_with_unknown_elements() {
    check(&[
        (
            "chunklist([unknown.text, \"a\"], 1)",
            "list[list[?],list['a']]",
        ),
        ("chunklist([\"a\"], unknown.number)", "?"),
        ("chunklist(toset([unknown.text, \"a\"]), 1)", "?"),
        ("coalesce(unknown.text, \"a\")", "?"),
        ("coalesce(null, \"a\", unknown.text)", "'a'"),
        ("coalesce(null, 1, unknown.any)", "?"),
        ("coalesce(null, 1, unknown.number)", "1"),
        ("coalesce(\"x-${unknown.text}\", \"a\")", "'x-?'"),
        ("coalesce(\"${unknown.text}${unknown.text}\", \"a\")", "?"),
        ("coalesce(unknown.arn, \"a\")", "?"),
        ("coalescelist([], unknown.list, [\"a\"])", "?"),
        ("coalescelist([unknown.text], unknown.list)", "[?]"),
        ("compact([unknown.text, \"a\"])", "?"),
        ("compact([\"x-${unknown.text}\", \"\"])", "list['x-?']"),
        ("concat([unknown.any], [\"a\"])", "[?,'a']"),
        ("concat(unknown.list, [\"a\"])", "?"),
        (
            "concat(tolist([unknown.text]), tolist([\"a\"]))",
            "list[?,'a']",
        ),
        ("distinct([unknown.text, \"a\"])", "?"),
        ("distinct([unknown.arn, unknown.arn])", "list['?']"),
        (
            "distinct([\"a-${unknown.text}\", \"b\"])",
            "list['a-?','b']",
        ),
        ("element([unknown.text, \"a\"], 1)", "'a'"),
        ("element([\"a\"], unknown.number)", "?"),
        ("flatten([[\"a\"], unknown.text])", "['a',?]"),
        ("flatten([[\"a\"], unknown.any])", "?"),
        ("flatten([[\"a\"], unknown.list])", "?"),
        ("flatten([[\"a\"], unknown.arn])", "?"),
        ("flatten([[\"a\"], unknown.role])", "['a',resource]"),
        ("flatten([toset([unknown.text, \"a\"])])", "?"),
        (
            "matchkeys([\"v\", \"w\"], [\"a\", \"b\"], [unknown.text])",
            "?",
        ),
        (
            "matchkeys([\"v\"], [\"a\"], [unknown.text, \"a\"])",
            "list['v']",
        ),
        (
            "matchkeys([unknown.text, \"w\"], [\"a\", \"b\"], [\"a\"])",
            "list[?]",
        ),
        ("one([unknown.text])", "?"),
        ("one(toset([unknown.text, \"a\"]))", "?"),
        ("one(unknown.set)", "?"),
        ("reverse([unknown.text, \"a\"])", "['a',?]"),
        ("reverse(toset([unknown.text, \"a\"]))", "?"),
        ("slice([unknown.text, \"a\"], 1, 2)", "['a']"),
        ("slice([\"a\"], 0, unknown.number)", "?"),
        ("sort([unknown.text, \"a\"])", "?"),
        ("sort([\"x-${unknown.text}\"])", "list['x-?']"),
    ]);
}

#[test]
fn maps_sets_and_numbers_with_unknown_parts() {
    check(&[
        ("keys({a = unknown.any})", "['a']"),
        ("keys(unknown.map)", "?"),
        ("keys(unknown.role)", "?"),
        ("lookup({a = unknown.text}, \"a\", \"b\")", "?"),
        ("lookup({a = \"b\"}, \"a\", unknown.text)", "'b'"),
        ("lookup({a = \"b\"}, unknown.text, \"c\")", "?"),
        ("lookup({a = \"b\"}, \"x-${unknown.text}\", \"c\")", "?"),
        ("lookup(unknown.role, \"name\", \"c\")", "'job'"),
        ("lookup(unknown.role, \"arn\", \"c\")", "?"),
        ("merge({a = unknown.text}, {b = 1})", "{a=?,b=1}"),
        ("merge({a = 1}, unknown.map)", "?"),
        ("merge({a = 1}, unknown.role)", "?"),
        ("transpose({a = [unknown.text]})", "?"),
        ("transpose(unknown.map)", "?"),
        ("values({a = unknown.text, b = 1})", "[?,1]"),
        ("values(unknown.role)", "?"),
        ("zipmap([\"a\"], [unknown.text])", "{a=?}"),
        ("zipmap([unknown.text], [\"a\"])", "?"),
        ("setunion([unknown.text], [\"a\"])", "set['a',?]"),
        ("setunion(unknown.list, [\"a\"])", "?"),
        ("setintersection([unknown.text], [\"a\"])", "?"),
        ("setsubtract([\"a\"], [unknown.text])", "?"),
        ("setproduct([unknown.text], [1])", "list[[?,1]]"),
        ("setproduct(toset([unknown.text, \"a\"]), [1])", "?"),
        ("tolist(toset([unknown.text, \"a\"]))", "?"),
        ("tolist(toset([unknown.text]))", "list[?]"),
        ("tolist(unknown.arn)", "?"),
        ("toset([unknown.arn, unknown.arn])", "set['?']"),
        ("tomap({a = unknown.any})", "map{a=?}"),
        ("tostring(unknown.number)", "?"),
        ("tonumber(\"1${unknown.text}\")", "?"),
        ("tobool(unknown.list)", "error"),
        ("[for one in toset([unknown.text, \"a\"]) : one]", "?"),
        ("toset([unknown.text, \"a\"])[*]", "?"),
        ("max(toset([unknown.number, 1])...)", "?"),
        ("max(1, unknown.number)", "?"),
        ("sum([1, unknown.number])", "?"),
        ("sum([unknown.text, \"x\"])", "error"),
        ("range(unknown.number)", "?"),
        ("parseint(\"1${unknown.text}\", 10)", "?"),
        ("pow(unknown.number, 2)", "?"),
        ("unknown.bool ? unknown.arn : [\"a\"]", "?"),
        ("[unknown.arn] == [unknown.arn]", "true"),
        ("{a = 1, b = unknown.any} == {a = 2, b = 1}", "false"),
        ("tolist([unknown.text]) == tolist([])", "false"),
        ("unknown.arn == unknown.other", "?"),
        ("try(missing.name, 1)", "error"),
    ]);
}

#[test]
fn secrets_stay_where_they_are_or_mark_the_result() {
    check(&[
        ("[secret.text]", "['s'!]"),
        ("concat([secret.text], [1])", "['s'!,1]"),
        ("flatten([[secret.text], sensitive([1])])", "['s'!,1]!"),
        ("element([secret.text, 1], 1)", "1"),
        ("one([secret.text])", "'s'!"),
        ("coalesce(\"x\", secret.text)", "'x'!"),
        ("contains([secret.text], \"x\")", "false!"),
        ("distinct([secret.text])", "list['s'!]!"),
        ("keys({a = secret.text})", "['a']"),
        ("length([secret.text])", "1"),
        ("lookup({a = secret.text, b = 1}, \"b\")", "1"),
        ("lookup({b = 1}, \"b\", secret.text)", "1!"),
        ("merge({a = secret.text}, {b = 1})", "{a='s'!,b=1}"),
        ("sort([secret.text])", "list['s'!]!"),
        ("zipmap([secret.text], [1])", "{s=1}!"),
        ("zipmap([\"a\"], [secret.text])", "{a='s'!}"),
        ("toset([secret.text])", "set['s'!]!"),
        ("tolist([secret.text])", "list['s'!]"),
        ("nonsensitive(secret.text)", "'s'"),
        ("nonsensitive([secret.text])", "['s'!]"),
        ("issensitive(secret.text)", "true"),
        ("issensitive([secret.text])", "false"),
        ("issensitive(unknown.text)", "?"),
        ("sensitive(1)", "1!"),
        ("max(sensitive(1), 2)", "2!"),
    ]);
}

#[test]
fn large_results_are_refused() {
    let ten = "[1,2,3,4,5,6,7,8,9,10]";
    let many = format!("setproduct({})", [ten; 8].join(","));
    let refused = "error: this makes more than 1000000 elements";
    assert_eq!(answer(&many), refused);
    // A value that holds itself twice, many times over: small to make, endless to look at.
    let mut doubled = "[1]".to_owned();
    for _ in 0..24 {
        doubled = format!("[for x in [{doubled}] : [x, x]]");
    }
    assert_eq!(
        answer(&doubled),
        "error: this makes a value that is too large"
    );
    let mut power = "tonumber(\"1e9000\")".to_owned();
    for _ in 0..10 {
        power = format!("sum([for x in [{power}] : x * x])");
    }
    assert_eq!(answer(&power), "error: this number is too large");
}

#[test]
fn every_function_has_its_own_name() {
    let mut names: Vec<_> = all().map(|one| one.name).collect();
    let number = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), number);
}
