//! PG-NB-008.

use super::workload_subnet_private::{RULE as PRIVATE, subnets_are_private};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::vocabulary::Kind;

const PATH: &str = "app_network_access_type";

pub(super) const RULE: Rule = Rule {
    id: "studio-domain-vpc-only",
    alias: "PG-NB-008",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "Studio reaches nothing but through the customer's VPC, from private subnets",
    why: "A domain with `PublicInternetOnly` sends what is not for its own file system by an interface in a VPC that \
          SageMaker owns: past every endpoint policy, route table and network ACL of the customer, as a notebook \
          instance with direct internet access does. The mode `VpcOnly` is for private subnets.",
    unsure: "An absent access type counts as `PublicInternetOnly`, the default of the API. A value that is known only \
             after apply is unsure, and so is a domain in subnets of which the input does not tell the routes.",
    fix: "set `app_network_access_type = \"VpcOnly\"` in private subnets with security groups, and give the VPC \
          endpoints for the services that Studio calls: `sagemaker.api`, `sagemaker.runtime`, STS, S3 and the logs",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Connect Amazon SageMaker Studio in a VPC to External Resources",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-and-internet-access.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Choose an Amazon VPC",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/onboard-vpc.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/studio-domain-vpc-only/fail.tf"),
        pass: include_str!("../../testdata/rules/studio-domain-vpc-only/pass.tf"),
    },
    check: Check::Resource(&[Kind::NotebookDomain], check),
};

fn check(context: &Context<'_, '_>, domain: &Subject<'_, '_>) -> Verdict {
    let by_mode = domain.must_be(
        context,
        PATH,
        "VpcOnly",
        "whether Studio reaches the internet past your VPC",
        "so Studio reaches the internet by an interface outside your VPC",
    );
    match by_mode {
        Verdict::Holds => in_private_subnets(context, domain),
        // In this mode SageMaker refuses a domain whose users have no security group.
        Verdict::Broken(evidence) if !has_security_groups(domain) => {
            let evidence = evidence.into_iter().map(Evidence::without_edits);
            Verdict::Broken(evidence.collect())
        }
        verdict => verdict,
    }
}

fn has_security_groups(domain: &Subject<'_, '_>) -> bool {
    let path = "default_user_settings.security_groups";
    domain.resource.get(path).is_some()
}

/// In this mode the way out is that of the subnets.
fn in_private_subnets(context: &Context<'_, '_>, domain: &Subject<'_, '_>) -> Verdict {
    let own = domain.own_path(PATH);
    match subnets_are_private(context, domain) {
        Verdict::Broken(evidence) => {
            let evidence = evidence.into_iter().map(|one| Evidence {
                message: format!(
                    "`{own}` is `VpcOnly`, a mode for private subnets, but {}",
                    one.message
                ),
                fix: one.fix.or_else(|| Some(PRIVATE.fix.to_owned())),
                ..one
            });
            Verdict::Broken(evidence.collect())
        }
        Verdict::NotApplicable => Verdict::Holds,
        verdict => verdict,
    }
}
