//! PG-IAM-002.

use super::identity_policies::covers;
use super::statements::{about, called, open, unsure};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::access::{allows, demanded, hinges, hinges_of_principal, open_parts};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::{PrincipalEntry, PrincipalKind, Statement};
use crate::iam::{Hinge, Policy, Text, equal_texts};
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::settings::any;

pub(super) const RULE: Rule = Rule {
    id: "execution-role-trust-limited",
    alias: "PG-IAM-002",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "only SageMaker, and named roles of the own account, may assume a role that workloads run as",
    why: "Whoever may assume the role has the data. The root of the own account in a trust policy lets in \
          everybody there who may call `sts:AssumeRole`; users and federated people take a workload's \
          rights in person. Another service that shares the role is a second way in \
          (`role-shared-with-other-service`, medium).",
    unsure: "Roles of workloads and roles that trust SageMaker are judged. A wildcard or an account counts \
             as the roles that a condition on `aws:PrincipalArn` names. A role of an account by number is \
             unsure where the own account is not known. The setting `allowed_extra_trust` names services that may \
             share such roles.",
    fix: "leave only `Service = \"sagemaker.amazonaws.com\"` in the trust policy",
    references: &[
        Link {
            title: "AWS IAM User Guide: AWS JSON policy elements: Principal",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: How to use SageMaker AI execution roles",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/execution-role-trust-limited/fail.tf"),
        pass: include_str!("../../testdata/rules/execution-role-trust-limited/pass.tf"),
    },
    check: Check::Resource(&[Kind::Role], check),
};

/// The ways to take a role.
const ASSUMING: [&str; 3] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
];

const QUESTION: &str = "who may assume this role";

fn check(context: &Context<'_, '_>, role: &Subject<'_, '_>) -> Verdict {
    // Of a role that may be one, nothing more is known: that its trust policy is open is no finding.
    if context.is_execution_role(role.id) != Truth::Yes {
        return Verdict::NotApplicable;
    }
    let resource = context.graph.get(role.id);
    let Some(trust) = resource.get("assume_role_policy") else {
        let why = Why::ExternalResource;
        return Verdict::Unsure(vec![role.unsure("assume_role_policy", why, QUESTION)]);
    };
    let policy = context.access.policy(trust);
    let own = context.access.account(resource);
    let judge = Judge {
        context,
        policy: &policy,
        own: &own,
    };
    let statements = policy.statements.iter();
    let known = statements.fold(Verdict::Holds, |verdict, statement| {
        verdict.worse(judge.statement(statement))
    });
    known.worse(open(context, &policy, QUESTION))
}

/// The statements of one trust policy.
struct Judge<'j, 'g, 'a> {
    context: &'j Context<'g, 'a>,
    policy: &'j Policy,
    /// The account of the role.
    own: &'j Text,
}

/// What a principal of a trust policy means for the role.
enum Admits {
    /// Nobody beyond what is meant.
    Fine,
    /// Somebody: in words.
    Wrong(String),
    /// Another service.
    Service(String),
    /// It depends on these.
    Unknown(Vec<Hinge>),
}

impl Judge<'_, '_, '_> {
    fn statement(&self, statement: &Statement) -> Verdict {
        let Some(principals) = &statement.principals else {
            return Verdict::Holds;
        };
        let takes = ASSUMING
            .iter()
            .map(|action| covers(&statement.actions, action));
        let certain = allows(statement).and(takes.fold(Truth::No, Truth::or));
        if certain == Truth::No {
            return Verdict::Holds;
        }
        let mut verdict = Verdict::Holds;
        let mut services = Vec::new();
        if principals.negated {
            let who = "everybody but those in `NotPrincipal`".to_owned();
            return self.broken(statement, certain, &who, "NotPrincipal");
        }
        for entry in &principals.entries {
            match self.entry(statement, entry) {
                Admits::Fine => {}
                Admits::Service(name) => services.push(name),
                Admits::Wrong(who) => {
                    let about = entry.text.known().unwrap_or("principal");
                    verdict = verdict.worse(self.broken(statement, certain, &who, about));
                }
                Admits::Unknown(hinges) => {
                    let evidence = unsure(self.context, self.policy, statement, QUESTION, &hinges);
                    verdict = verdict.worse(Verdict::Unsure(vec![evidence]));
                }
            }
        }
        if services.is_empty() {
            return verdict;
        }
        let who = services.join(", ");
        let shared = self.broken(statement, certain, &who, "services");
        verdict.worse(match shared {
            Verdict::Broken(evidence) => {
                let shared = evidence.into_iter().map(|one| {
                    one.code("role-shared-with-other-service")
                        .severity(Severity::Medium)
                        .fix("give the other service a role of its own")
                });
                Verdict::Broken(shared.collect())
            }
            other => other,
        })
    }

    fn broken(&self, statement: &Statement, certain: Truth, who: &str, what: &str) -> Verdict {
        if certain == Truth::Unknown {
            let hinges = open_parts(statement);
            let evidence = unsure(self.context, self.policy, statement, QUESTION, &hinges);
            return Verdict::Unsure(vec![evidence]);
        }
        let of = called(statement, self.policy);
        let message = format!("{of} lets {who} assume this role, which workloads run as");
        let about = format!("{} {what}", about(statement, self.policy));
        Verdict::Broken(vec![Evidence::new(message, statement.at).about(about)])
    }

    fn entry(&self, statement: &Statement, entry: &PrincipalEntry) -> Admits {
        let shown = self.context.access.show(&entry.text);
        match entry.kind {
            PrincipalKind::Service => match entry.text.known() {
                Some(name) if is_sagemaker(name) || self.is_wanted(name) => Admits::Fine,
                Some(name) => Admits::Service(format!("`{name}`")),
                None => unknown(&entry.text),
            },
            PrincipalKind::Everybody | PrincipalKind::Account => {
                self.everybody(statement, entry, &shown)
            }
            PrincipalKind::Role | PrincipalKind::Session => {
                self.role(entry.account.as_ref(), &entry.text)
            }
            PrincipalKind::User | PrincipalKind::FederatedUser => {
                Admits::Wrong(format!("the user `{shown}`"))
            }
            PrincipalKind::Federated => Admits::Wrong(format!("whom `{shown}` vouches for")),
            PrincipalKind::CanonicalUser => Admits::Wrong(format!("`{shown}`")),
            // It stands for somebody who was deleted.
            PrincipalKind::UniqueId => Admits::Fine,
            PrincipalKind::Invalid | PrincipalKind::Unknown => {
                Admits::Unknown(hinges_of_principal(entry))
            }
        }
    }

    /// Whether settings say that this service shares the roles of workloads.
    fn is_wanted(&self, service: &str) -> bool {
        let wanted = &self.context.settings.allowed_extra_trust;
        let short = service.split('.').next().unwrap_or(service);
        any(wanted, [service, short])
    }

    /// A wildcard, or a whole account, unless a condition leaves only roles by name.
    fn everybody(&self, statement: &Statement, entry: &PrincipalEntry, shown: &str) -> Admits {
        let mut conditions = demanded(statement, "aws:principalarn").peekable();
        if conditions.peek().is_some() {
            let mut all = Admits::Fine;
            let values = conditions.flat_map(|condition| &condition.values);
            for value in values {
                let named = self.named(&value.text);
                all = match (all, named) {
                    (Admits::Fine, other) | (Admits::Unknown(_), other @ Admits::Wrong(_)) => other,
                    (known, _) => known,
                };
            }
            return all;
        }
        if entry.kind == PrincipalKind::Everybody {
            return Admits::Wrong("everybody (`*`)".to_owned());
        }
        let is_own = entry
            .account
            .as_ref()
            .map_or(Truth::Unknown, |account| equal_texts(account, self.own));
        Admits::Wrong(match is_own {
            Truth::Yes => {
                format!("everybody of its own account who may call `sts:AssumeRole` (`{shown}`)")
            }
            Truth::No => format!("another account (`{shown}`)"),
            Truth::Unknown => format!("a whole account (`{shown}`)"),
        })
    }

    /// A value of a condition on `aws:PrincipalArn`.
    fn named(&self, arn: &Text) -> Admits {
        let shown = self.context.access.show(arn);
        let Some(fields) = arn.fields(5) else {
            return unknown(arn);
        };
        let rest = fields.get(5).map_or("", Text::known_start);
        let is_role = rest.starts_with("role/") || rest.starts_with("assumed-role/");
        let literal = fields.get(5).and_then(Text::known);
        let is_wild = literal.is_some_and(|rest| rest.contains(['*', '?']));
        if !is_role || is_wild {
            return Admits::Wrong(format!("whoever fits `{shown}`"));
        }
        self.role(fields.get(4), arn)
    }

    fn role(&self, account: Option<&Text>, arn: &Text) -> Admits {
        let shown = self.context.access.show(arn);
        let is_own = account.map_or(Truth::Unknown, |account| equal_texts(account, self.own));
        match is_own {
            Truth::Yes => Admits::Fine,
            Truth::No => Admits::Wrong(format!("`{shown}` of another account")),
            Truth::Unknown => {
                let accounts = account.into_iter().chain(std::iter::once(self.own));
                Admits::Unknown(accounts.flat_map(hinges).collect())
            }
        }
    }
}

fn unknown(text: &Text) -> Admits {
    Admits::Unknown(hinges(text))
}

/// Partitions may add a suffix.
fn is_sagemaker(service: &str) -> bool {
    let service = service.to_ascii_lowercase();
    service == "sagemaker.amazonaws.com" || service == "sagemaker.amazonaws.com.cn"
}
