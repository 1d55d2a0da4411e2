//! PG-KMS-009.

use super::identity_policies::{covers, each_carried};
use super::statements::{about, called, unsure};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::access::{hinges, open_parts};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::{Effect, Statement};
use crate::iam::text::{Domain, Hole, Piece};
use crate::iam::{Action, ArnSubject, Hinge, Policy, Text, equal_texts};
use crate::model::graph::{ResourceId, Target};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Value, Why};
use crate::model::vocabulary::Kind;
use crate::network::serves;

pub(super) const RULE: Rule = Rule {
    id: "iam-policy-names-key-not-alias",
    alias: "PG-KMS-009",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "a policy that is about using a key names the key, not an alias of it",
    why: "The ARN of an alias in `Resource` means the alias itself, which nothing is encrypted with. The \
          permission has no effect, and the workload gets `AccessDenied`; a `Deny` on an alias denies \
          nothing.",
    unsure: "Judged are identity policies, permissions boundaries and endpoint policies, for cryptographic \
             operations only: making and changing an alias does need its ARN. It holds where another \
             statement for the same role, group or user gives the same on the key; of a managed policy or \
             an endpoint policy, in the same document. Policies of a role from outside the input are not \
             looked for.",
    fix: "name the ARN of the key in `Resource`, or grant by alias with a condition on `kms:ResourceAliases` or `kms:RequestAlias`",
    references: &[Link {
        title: "AWS KMS Developer Guide: Use aliases to control access to KMS keys",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/iam-policy-names-key-not-alias/fail.tf"),
        pass: include_str!("../../testdata/rules/iam-policy-names-key-not-alias/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::PolicyInlineRole,
            Kind::PolicyInlineGroup,
            Kind::PolicyInlineUser,
            Kind::PolicyInlineMulti,
            Kind::PolicyManaged,
            Kind::Role,
            Kind::Group,
            Kind::User,
            Kind::Sso,
            Kind::SsoPolicy,
            Kind::Endpoint,
            Kind::EndpointPolicy,
        ],
        check,
    ),
};

/// The operations that use a key, of which each needs the key itself.
const OPERATIONS: [&str; 13] = [
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateMac",
    "kms:VerifyMac",
    "kms:Sign",
    "kms:Verify",
    "kms:DeriveSharedSecret",
];

fn check(context: &Context<'_, '_>, carrier: &Subject<'_, '_>) -> Verdict {
    if is_endpoint_of_other_service(context, carrier) {
        return Verdict::NotApplicable;
    }
    let question = "whether it names a key or only an alias";
    let others = Others::of(context, carrier);
    each_carried(context, carrier, question, |policy, statement| {
        Judge {
            context,
            policy,
            others: &others,
        }
        .statement(statement)
    })
}

/// Whether the endpoint leads to something else than KMS, for certain.
fn is_endpoint_of_other_service(context: &Context<'_, '_>, carrier: &Subject<'_, '_>) -> bool {
    let resource = carrier.resource;
    let endpoint = match resource.kind() {
        Some(Kind::Endpoint) => Some(carrier.id),
        Some(Kind::EndpointPolicy) => {
            let endpoint = resource.get("vpc_endpoint_id");
            match endpoint.map(|id| context.graph.target(id, &[Kind::Endpoint])) {
                Some(Target::Resource(id)) => Some(id),
                _ => None,
            }
        }
        _ => None,
    };
    endpoint.is_some_and(|id| {
        let endpoint = context.graph.get(id);
        let of_kms = serves(endpoint, "kms").or(serves(endpoint, "kms-fips"));
        of_kms == Truth::No
    })
}

/// The other policies of those who hold what a resource carries.
struct Others<'g, 'a> {
    policies: Vec<crate::access::AttachedPolicy<'g, 'a>>,
    /// What would tell of more.
    open: Option<(String, Why)>,
}

impl<'g, 'a> Others<'g, 'a> {
    fn of(context: &Context<'g, 'a>, carrier: &Subject<'_, '_>) -> Self {
        let mut others = Self {
            policies: Vec::new(),
            open: None,
        };
        let is_inline = matches!(
            carrier.resource.kind(),
            Some(
                Kind::PolicyInlineRole
                    | Kind::PolicyInlineGroup
                    | Kind::PolicyInlineUser
                    | Kind::Role
                    | Kind::Group
                    | Kind::User
            )
        );
        if !is_inline {
            // A managed policy or boundary stands for itself, whoever holds it.
            return others;
        }
        let mut holders = context.access.holders(carrier.id);
        let groups: Vec<ResourceId> = holders
            .iter()
            .filter(|id| context.graph.get(**id).kind() == Some(Kind::User))
            .flat_map(|id| context.access.groups_of(*id).0)
            .collect();
        holders.extend(groups);
        for holder in holders {
            let attached = context.access.attached(holder);
            others.open = others.open.or(attached.perhaps_more);
            for one in attached.policies {
                if let Some(hinge) = one.policy.open.first() {
                    others.open = others.open.or(Some(context.access.hinge(hinge)));
                }
                others.policies.push(one);
            }
        }
        others
    }
}

struct Judge<'j, 'g, 'a> {
    context: &'j Context<'g, 'a>,
    policy: &'j Policy,
    others: &'j Others<'g, 'a>,
}

impl Judge<'_, '_, '_> {
    fn statement(&self, statement: &Statement) -> Verdict {
        let resources = statement.resources.as_ref();
        let Some(resources) = resources.filter(|resources| !resources.negated) else {
            return Verdict::Holds;
        };
        let operations = OPERATIONS
            .into_iter()
            .map(|name| (name, covers(&statement.actions, name)))
            .filter(|(_, covered)| *covered != Truth::No);
        let operations: Vec<_> = operations.collect();
        if operations.is_empty() {
            return Verdict::Holds;
        }
        let mut verdict = Verdict::Holds;
        for entry in &resources.entries {
            let arn = &entry.pattern.pattern.text;
            verdict = verdict.worse(match is_alias(arn) {
                Truth::No => Verdict::Holds,
                Truth::Unknown => self.unsure(statement, &hinges(arn)),
                Truth::Yes => self.alias(statement, arn, &operations, entry.at),
            });
        }
        verdict
    }

    fn unsure(&self, statement: &Statement, hinges: &[Hinge]) -> Verdict {
        let question = "whether it names a key or only an alias";
        let evidence = unsure(self.context, self.policy, statement, question, hinges);
        Verdict::Unsure(vec![evidence])
    }

    /// An alias in place of a key: harmless only where the key itself is given the same.
    fn alias(
        &self,
        statement: &Statement,
        arn: &Text,
        operations: &[(&str, Truth)],
        at: Span,
    ) -> Verdict {
        let key = self.key_of(arn);
        let (mut missing, mut all) = (Vec::new(), Truth::Yes);
        for (name, covered) in operations {
            let given = self.gives(statement.effect, name, &key);
            // What the statement is not about needs nothing.
            let fine = given.or(!*covered);
            if fine == Truth::No {
                missing.push(*name);
            }
            all = all.and(fine);
        }
        let shown = self.context.access.show(arn);
        let of = called(statement, self.policy);
        let about = about(statement, self.policy);
        match all {
            Truth::Yes => Verdict::Holds,
            Truth::No if self.others.open.is_none() && !self.policy.is_open() => {
                let actions = some_of(&missing);
                let message = match statement.effect {
                    Effect::Deny => format!(
                        "{of} denies {actions} on the alias `{shown}`, to no effect: AWS asks about the key"
                    ),
                    _ => format!(
                        "{of} allows {actions} on the alias `{shown}`, to no effect: AWS asks about the key"
                    ),
                };
                Verdict::Broken(vec![Evidence::new(message, at).about(about)])
            }
            _ => {
                let mut open = open_parts(statement);
                open.extend(hinges(&key));
                open.extend(self.policy.open.iter().cloned());
                let mut hinges: Vec<_> = open
                    .iter()
                    .map(|hinge| self.context.access.hinge(hinge))
                    .chain(self.others.open.clone())
                    .collect();
                hinges.sort();
                hinges.dedup();
                let message = format!(
                    "cannot tell whether another statement gives the key what {of} gives only its alias `{shown}`"
                );
                let evidence = Evidence::new(message, at).about(about);
                let evidence = hinges.into_iter().fold(evidence, |evidence, (value, why)| {
                    evidence.hinges_on(value, why)
                });
                Verdict::Unsure(vec![evidence])
            }
        }
    }

    /// Whether any statement with this effect is about an operation on the key.
    fn gives(&self, effect: Effect, operation: &str, key: &Text) -> Truth {
        let Some(action) = Action::new(operation) else {
            return Truth::Unknown;
        };
        let key = ArnSubject::new(key.clone());
        let others = self.others.policies.iter().map(|one| one.policy.as_ref());
        let policies = std::iter::once(self.policy).chain(others);
        let statements = policies.flat_map(|policy| &policy.statements);
        statements.fold(Truth::No, |any, statement| {
            let same = match statement.effect {
                Effect::Unknown(_) => Truth::Unknown,
                known => (known == effect).into(),
            };
            any.or(same.and(statement.is_about(&action, &key)))
        })
    }

    /// The ARN of the key that an alias stands for: with a hole where it cannot be told.
    fn key_of(&self, alias: &Text) -> Text {
        let graph = self.context.graph;
        let aliases = graph
            .iter()
            .filter(|(_, resource)| resource.kind() == Some(Kind::KmsAlias));
        for (id, resource) in aliases {
            let is_it = self
                .context
                .access
                .arn(id)
                .is_some_and(|arn| equal_texts(&arn, alias) == Truth::Yes);
            let target = resource.get("target_key_id").filter(|_| is_it);
            if let Some(Target::Resource(key)) = target.map(|key| graph.target(key, Kind::KEYS))
                && let Some(arn) = self.context.access.arn(key)
            {
                return arn;
            }
        }
        let shown = self.context.access.show(alias);
        let name = format!("the key of {shown}");
        let value = Value::new(Data::Unknown(Why::ExternalResource), Span::NOWHERE);
        let hole = |domain| {
            let text = self.context.access.text(&value, &name);
            let hole = text.and_then(|text| text.holes().next());
            hole.map_or_else(Text::default, |hole| Text::hole(Hole { domain, ..hole }))
        };
        let fields = alias.fields(5).unwrap_or_default();
        let mut key = Text::from("arn:");
        let places = [
            (1, Domain::PARTITION),
            (3, Domain::REGION),
            (4, Domain::ACCOUNT),
        ];
        for (at, domain) in places {
            let field = fields.get(at).filter(|field| {
                let literal = field.known();
                !literal.is_some_and(|text| text.is_empty() || text.contains(['*', '?']))
            });
            match field {
                Some(field) => key.push(field),
                None => key.push(&hole(domain)),
            }
            key.push_literal(if at == 1 { ":kms:" } else { ":" });
        }
        key.push_literal("key/");
        key.push(&hole(Domain::KEY_ID));
        key
    }
}

/// Whether an ARN is that of an alias of KMS.
fn is_alias(arn: &Text) -> Truth {
    if arn.known_start().starts_with("alias/") {
        // Not even an ARN.
        return Truth::Yes;
    }
    let Some(fields) = arn.fields(5) else {
        let start = arn.known_start();
        let kms = start
            .split(':')
            .nth(2)
            .is_none_or(|service| service == "kms");
        let may_be = (start.is_empty() || start.starts_with("arn:")) && kms;
        // `{something}/*` is about what lies in a bucket.
        let ends_in_hole = matches!(arn.pieces().last(), Some(Piece::Hole(_)));
        return if may_be && ends_in_hole {
            Truth::Unknown
        } else {
            Truth::No
        };
    };
    let is_kms = fields.get(2).and_then(Text::known) == Some("kms");
    let rest = fields.get(5);
    let start = rest.map_or("", Text::known_start);
    let hidden = start.is_empty() && rest.is_some_and(|rest| rest.holes().next().is_some());
    if !is_kms {
        Truth::No
    } else if hidden {
        Truth::Unknown
    } else {
        start.starts_with("alias/").into()
    }
}

fn some_of(actions: &[&str]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<_> = actions
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    match actions.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}
