//! Whom the statements of a resource's policy let in: everybody, a closed set, one account.

use crate::iam::condition::{Condition, Quantifier, Test};
use crate::iam::policy::{Clause, Effect, PrincipalEntry, PrincipalKind, Principals, Statement};
use crate::iam::{Hinge, Text, equal_texts, is_account_id};
use crate::model::truth::Truth;

/// Whether a condition closes the set of those whom a wildcard principal lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// It demands one of a fixed list.
    Closed,
    /// Nothing does.
    Open,
    /// It depends on these.
    Unknown(Vec<Hinge>),
}

/// Whether a statement lets in whoever it be: it allows, its principal is everybody (or everybody but
/// those that it names), and none of its conditions demands a fixed value of one of these keys.
#[must_use]
pub fn lets_in_everybody(statement: &Statement, keys: &[&str]) -> Bound {
    let mut unknown = match statement.effect {
        Effect::Allow => Vec::new(),
        Effect::Deny => return Bound::Closed,
        Effect::Unknown(hole) => vec![Hinge::Hole(hole)],
    };
    let is_everybody = statement.principals.as_ref().map_or(Truth::No, everybody);
    match is_everybody {
        Truth::Yes => {}
        Truth::No => return Bound::Closed,
        Truth::Unknown => unknown.extend(statement.principals.iter().flat_map(hinges_of_everybody)),
    }
    match is_closed_by(statement, keys) {
        Bound::Closed => return Bound::Closed,
        Bound::Open => {}
        Bound::Unknown(hinges) => unknown.extend(hinges),
    }
    if unknown.is_empty() {
        Bound::Open
    } else {
        Bound::Unknown(unknown)
    }
}

/// Whether `Principal` is everybody, or `NotPrincipal` excepts only some.
#[must_use]
pub fn everybody(principals: &Principals) -> Truth {
    let each = principals.entries.iter().map(|entry| match entry.kind {
        PrincipalKind::Everybody => Truth::Yes,
        PrincipalKind::Unknown => equal_texts(&entry.text, &"*".into()),
        // AWS refuses `arn:aws:iam::*:root`, so what is there before the change stays.
        PrincipalKind::Invalid if entry.text.known_start().contains(['*', '?']) => Truth::Unknown,
        _ => Truth::No,
    });
    let any = each.fold(Truth::No, Truth::or);
    if principals.negated { !any } else { any }
}

/// What it hinges on whether they are [`everybody`].
#[must_use]
pub fn hinges_of_everybody(principals: &Principals) -> Vec<Hinge> {
    let open = principals
        .entries
        .iter()
        .filter(|entry| matches!(entry.kind, PrincipalKind::Unknown | PrincipalKind::Invalid));
    open.flat_map(hinges_of_principal).collect()
}

/// What it hinges on whom a principal means: its holes, or that AWS refuses it.
#[must_use]
pub fn hinges_of_principal(entry: &PrincipalEntry) -> Vec<Hinge> {
    match entry.kind {
        PrincipalKind::Invalid => vec![Hinge::Refused(format!("the principal `{}`", entry.text))],
        _ => hinges(&entry.text),
    }
}

/// What a text hinges on.
#[must_use]
pub fn hinges(text: &Text) -> Vec<Hinge> {
    text.holes().map(|hole| Hinge::Hole(hole.id)).collect()
}

/// Whether one of the conditions demands that one of these keys (in lower case) has a fixed value: by a
/// positive operator, without `…IfExists` and `ForAllValues`.
#[must_use]
pub fn is_closed_by(statement: &Statement, keys: &[&str]) -> Bound {
    let mut unknown = Vec::new();
    for condition in keys.iter().flat_map(|key| demanded(statement, key)) {
        match has_fixed_values(condition) {
            Truth::Yes => return Bound::Closed,
            Truth::No => {}
            Truth::Unknown => {
                let values = condition.values.iter();
                unknown.extend(values.flat_map(|value| hinges(&value.text)));
            }
        }
    }
    let clauses = statement.conditions.iter();
    let open = clauses.filter_map(|clause| match clause {
        Clause::Open(hinge) => Some(hinge.clone()),
        Clause::Condition(_) => None,
    });
    unknown.extend(open);
    if unknown.is_empty() {
        Bound::Open
    } else {
        Bound::Unknown(unknown)
    }
}

/// The conditions that fail where this key (in lower case, `*` at the end allowed) is absent or has a
/// value other than those listed: they narrow whatever the statement is about.
pub fn demanded<'s>(statement: &'s Statement, key: &'s str) -> impl Iterator<Item = &'s Condition> {
    let is_key = move |name: &str| match key.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == key,
    };
    statement
        .readable_conditions()
        .filter(move |condition| is_key(&condition.key) && demands(condition))
}

/// Whether a condition fails where its key is absent or has another value than those listed.
fn demands(condition: &Condition) -> bool {
    let operator = condition.operator;
    let compares = matches!(
        operator.test,
        Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike | Test::ArnLike
    );
    compares
        && !operator.negated
        && !operator.if_exists
        && operator.over != Some(Quantifier::ForAllValues)
}

/// Whether each value of a condition means one of a closed set. An ARN is fixed if its account is, a path in an
/// organization if the organization is.
#[must_use]
pub fn has_fixed_values(condition: &Condition) -> Truth {
    let values = condition.values.iter();
    let fixed = values.map(|value| fixed(condition, &value.text, value.is_fixed()));
    fixed.fold(Truth::Yes, Truth::and)
}

fn fixed(condition: &Condition, text: &Text, is_fixed: bool) -> Truth {
    if is_fixed {
        return Truth::Yes;
    }
    if let Some(account) = account_field(text)
        && condition.key.ends_with("arn")
    {
        return is_account(&account);
    }
    if condition.key.ends_with("orgpaths") && is_in_organization(text) {
        return Truth::Yes;
    }
    let is_open = text.holes().any(|hole| hole.domain.admits('*'));
    let wild = text
        .known()
        .is_some_and(|text| text.contains(['*', '?', '$']));
    if is_open && !wild {
        Truth::Unknown
    } else {
        Truth::No
    }
}

/// Whether a path begins with the id of an organization: `o-a1b2c3d4e5/*`.
fn is_in_organization(path: &Text) -> bool {
    let organization = path.known_start().split_once('/').map(|(id, _)| id);
    organization.is_some_and(|id| id.starts_with("o-") && !id.contains(['*', '?', '$']))
}

fn account_field(arn: &Text) -> Option<Text> {
    arn.fields(5)?.into_iter().nth(4)
}

/// Whether a text is an account id: twelve digits, or the hole of one.
fn is_account(text: &Text) -> Truth {
    match text.known() {
        Some(text) => is_account_id(text).into(),
        None if text.holes().all(|hole| !hole.domain.admits('*')) => Truth::Yes,
        None => Truth::Unknown,
    }
}

/// An account that a statement lets in, or delegates to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account id; none where it cannot be told.
    pub id: Option<Text>,
    /// The principal, or the value of the condition, that names it.
    pub named_by: Text,
    /// What kind of principal it is; none for a condition.
    pub kind: Option<PrincipalKind>,
}

/// The accounts that a statement with `Allow` lets in by naming them: in its principals, or, for a
/// wildcard principal, in a condition that demands one.
#[must_use]
pub fn admitted_accounts(statement: &Statement) -> Vec<Account> {
    let mut accounts = Vec::new();
    let Some(principals) = statement.principals.as_ref().filter(|one| !one.negated) else {
        return accounts;
    };
    let mut everybody = false;
    for entry in &principals.entries {
        match entry.kind {
            PrincipalKind::Everybody => everybody = true,
            PrincipalKind::Service | PrincipalKind::UniqueId => {}
            PrincipalKind::Federated if entry.text.fields(5).is_none_or(|all| all.len() < 6) => {}
            PrincipalKind::Federated => accounts.push(Account {
                id: account_field(&entry.text),
                named_by: entry.text.clone(),
                kind: Some(entry.kind),
            }),
            _ => accounts.push(Account {
                id: entry.account.clone(),
                named_by: entry.text.clone(),
                kind: Some(entry.kind),
            }),
        }
    }
    if everybody {
        for condition in statement.readable_conditions().filter(|one| demands(one)) {
            let values = condition.values.iter().map(|value| &value.text);
            match condition.key.as_str() {
                "aws:principalaccount" | "kms:calleraccount" | "aws:sourceaccount" => {
                    accounts.extend(values.map(|text| Account {
                        id: Some(text.clone()),
                        named_by: text.clone(),
                        kind: None,
                    }));
                }
                "aws:principalarn" => accounts.extend(values.map(|text| Account {
                    id: account_field(text),
                    named_by: text.clone(),
                    kind: None,
                })),
                _ => {}
            }
        }
    }
    accounts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::text::{Domain, Hole, HoleId};
    use crate::iam::{Identities, PolicyKind, parse};
    use crate::model::source::Span;
    use crate::model::value::{Piece, Value, Why};

    struct NoHoles;

    impl Identities for NoHoles {
        fn piece(&mut self, _: &Piece<'_>) -> Text {
            Text::hole(self.unknown(Why::KnownAfterApply))
        }

        fn unknown(&mut self, _: Why) -> Hole {
            Hole {
                id: HoleId(0),
                domain: Domain::ANY,
                class: None,
            }
        }
    }

    fn statement(rest: &str) -> Statement {
        let text = format!(
            r#"{{"Statement": {{"Effect": "Allow", "Action": "s3:*", "Resource": "*", {rest}}}}}"#
        );
        let document = Value::text(text, Span::NOWHERE);
        let (policy, problems) = parse("p", PolicyKind::Bucket, &document, &mut NoHoles);
        assert!(problems.is_empty(), "{rest}: {problems:?}");
        policy.statements.into_iter().next().unwrap()
    }

    #[test]
    fn tells_everybody_from_a_closed_set() {
        let keys = ["aws:principalarn", "aws:principalorgpaths"];
        let conditional = |operator: &str, key: &str, value: &str| {
            format!(r#""Principal": "*", "Condition": {{"{operator}": {{"{key}": "{value}"}}}}"#)
        };
        let organization =
            |path| conditional("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", path);
        let role = |arn| conditional("ArnLike", "aws:PrincipalArn", arn);
        for (rest, expected) in [
            (r#""Principal": "*""#.to_owned(), Bound::Open),
            (
                r#""NotPrincipal": {"AWS": "111122223333"}"#.to_owned(),
                Bound::Open,
            ),
            (r#""NotPrincipal": "*""#.to_owned(), Bound::Closed),
            (
                r#""Principal": {"Service": "s3.amazonaws.com"}"#.to_owned(),
                Bound::Closed,
            ),
            (organization("o-a1b2c3d4e5/*"), Bound::Closed),
            (organization("o-*/r-ab12/*"), Bound::Open),
            (role("arn:aws:iam::111122223333:role/*"), Bound::Closed),
            (role("arn:aws:iam::*:role/reader"), Bound::Open),
        ] {
            assert_eq!(
                lets_in_everybody(&statement(&rest), &keys),
                expected,
                "{rest}"
            );
        }
    }

    #[test]
    fn does_not_pass_over_a_principal_that_aws_refuses() {
        let refused = statement(r#""Principal": {"AWS": "arn:aws:iam::*:root"}"#);
        let bound = lets_in_everybody(&refused, &[]);
        assert!(matches!(bound, Bound::Unknown(hinges) if hinges.len() == 1));
    }
}
