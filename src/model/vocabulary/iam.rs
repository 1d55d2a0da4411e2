//! IAM: roles, groups, users and their policies, Identity Center and Organizations.

use super::{Default, Kind, Row, attribute, derived, elsewhere, output, outside_aws, row};

pub(super) const ROWS: &[Row] = &[
    row(Kind::Role)
        .aws("aws_iam_role")
        .data("aws_iam_role")
        .cloudformation("AWS::IAM::Role")
        .awscc("awscc_iam_role")
        .computed(&[
            "name",
            "name_prefix",
            "managed_policy_arns",
            "inline_policy",
        ])
        .attributes(&[
            attribute("name", "RoleName").name(),
            attribute("name_prefix", ""),
            attribute("assume_role_policy", "AssumeRolePolicyDocument").policy(),
            attribute("inline_policy[]", "Policies[]").part(Kind::PolicyInlineRole),
            attribute("managed_policy_arns", "ManagedPolicyArns").refers(&[Kind::PolicyManaged]),
            attribute("permissions_boundary", "PermissionsBoundary").refers(&[Kind::PolicyManaged]),
            attribute("path", "Path").default(Default::Text("/")),
            attribute("max_session_duration", "MaxSessionDuration").default(Default::Integer(3600)),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{name}"),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:iam::{account}:role{path}{name}",
            ),
            output("unique_id", "RoleId"),
        ]),
    row(Kind::PolicyInlineRole)
        .aws("aws_iam_role_policy")
        .cloudformation("AWS::IAM::RolePolicy")
        .awscc("awscc_iam_role_policy")
        .part_of(Kind::Role, "role")
        .computed(&["name", "name_prefix"])
        .attributes(&[
            attribute("role", "RoleName").refers(&[Kind::Role]),
            attribute("name", "PolicyName"),
            attribute("name_prefix", ""),
            attribute("policy", "PolicyDocument").policy(),
            derived("id", "", "{role}:{name}"),
        ]),
    row(Kind::PolicyInlineMulti)
        .cloudformation("AWS::IAM::Policy")
        .attributes(&[
            outside_aws("name", "PolicyName"),
            outside_aws("policy", "PolicyDocument").policy(),
            outside_aws("roles", "Roles").refers(&[Kind::Role]),
            outside_aws("groups", "Groups").refers(&[Kind::Group]),
            outside_aws("users", "Users").refers(&[Kind::User]),
            elsewhere(output("id", "Id")),
        ]),
    row(Kind::PolicyManaged)
        .aws("aws_iam_policy")
        .data("aws_iam_policy")
        .cloudformation("AWS::IAM::ManagedPolicy")
        .awscc("awscc_iam_managed_policy")
        .computed(&["name", "name_prefix"])
        .attributes(&[
            attribute("name", "ManagedPolicyName").name(),
            attribute("name_prefix", ""),
            attribute("path", "Path").default(Default::Text("/")),
            attribute("policy", "PolicyDocument").policy(),
            outside_aws("roles", "Roles").refers(&[Kind::Role]),
            outside_aws("groups", "Groups").refers(&[Kind::Group]),
            outside_aws("users", "Users").refers(&[Kind::User]),
            attribute("tags", "").tags(),
            derived(
                "arn",
                "PolicyArn",
                "arn:{partition}:iam::{account}:policy{path}{name}",
            ),
            derived("id", "", "{arn}"),
            output("policy_id", "PolicyId"),
        ]),
    row(Kind::Attachment)
        .aws("aws_iam_role_policy_attachment")
        .cloudformation("AWS::IAM::Role.ManagedPolicyArns")
        .awscc("awscc_iam_role.managed_policy_arns")
        .part_of(Kind::Role, "role")
        .attributes(&[
            attribute("role", "").refers(&[Kind::Role]),
            attribute("policy_arn", "").refers(&[Kind::PolicyManaged]),
        ]),
    // CloudFormation has it as the roles, groups and users of the policy itself.
    row(Kind::Attachment)
        .aws("aws_iam_policy_attachment")
        .part_of(Kind::PolicyManaged, "policy_arn")
        .attributes(&[
            attribute("name", ""),
            attribute("policy_arn", "").refers(&[Kind::PolicyManaged]),
            attribute("roles", "").refers(&[Kind::Role]),
            attribute("groups", "").refers(&[Kind::Group]),
            attribute("users", "").refers(&[Kind::User]),
        ]),
    row(Kind::AttachmentExcl)
        .aws("aws_iam_role_policy_attachments_exclusive")
        .part_of(Kind::Role, "role_name")
        .attributes(&[
            attribute("role_name", "").refers(&[Kind::Role]),
            attribute("policy_arns", "").refers(&[Kind::PolicyManaged]),
        ]),
    row(Kind::InlineExcl)
        .aws("aws_iam_role_policies_exclusive")
        .part_of(Kind::Role, "role_name")
        .attributes(&[
            attribute("role_name", "").refers(&[Kind::Role]),
            attribute("policy_names", "").refers(&[Kind::PolicyInlineRole]),
        ]),
    row(Kind::Group)
        .aws("aws_iam_group")
        .cloudformation("AWS::IAM::Group")
        .awscc("awscc_iam_group")
        .attributes(&[
            attribute("name", "GroupName").name(),
            attribute("path", "Path").default(Default::Text("/")),
            outside_aws("inline_policy[]", "Policies[]").part(Kind::PolicyInlineGroup),
            outside_aws("managed_policy_arns", "ManagedPolicyArns").refers(&[Kind::PolicyManaged]),
            derived("id", "", "{name}"),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:iam::{account}:group{path}{name}",
            ),
            output("unique_id", ""),
        ]),
    row(Kind::Group).data("aws_iam_group").attributes(&[
        attribute("group_name", "").name(),
        elsewhere(derived("name", "", "{group_name}")),
        output("path", ""),
        output("users[].user_name", "").refers(&[Kind::User]),
        output("group_id", ""),
        derived("id", "", "{group_id}"),
        derived(
            "arn",
            "",
            "arn:{partition}:iam::{account}:group{path}{group_name}",
        ),
    ]),
    row(Kind::PolicyInlineGroup)
        .aws("aws_iam_group_policy")
        .cloudformation("AWS::IAM::GroupPolicy")
        .awscc("awscc_iam_group_policy")
        .part_of(Kind::Group, "group")
        .computed(&["name", "name_prefix"])
        .attributes(&[
            attribute("group", "GroupName").refers(&[Kind::Group]),
            attribute("name", "PolicyName"),
            attribute("name_prefix", ""),
            attribute("policy", "PolicyDocument").policy(),
            derived("id", "", "{group}:{name}"),
        ]),
    row(Kind::Attachment)
        .aws("aws_iam_group_policy_attachment")
        .cloudformation("AWS::IAM::Group.ManagedPolicyArns")
        .awscc("awscc_iam_group.managed_policy_arns")
        .part_of(Kind::Group, "group")
        .attributes(&[
            attribute("group", "").refers(&[Kind::Group]),
            attribute("policy_arn", "").refers(&[Kind::PolicyManaged]),
        ]),
    row(Kind::Membership)
        .aws("aws_iam_group_membership")
        .cloudformation("AWS::IAM::UserToGroupAddition")
        .part_of(Kind::Group, "group")
        .attributes(&[
            attribute("name", ""),
            attribute("group", "GroupName").refers(&[Kind::Group]),
            attribute("users", "Users").refers(&[Kind::User]),
        ]),
    row(Kind::Membership)
        .aws("aws_iam_user_group_membership")
        .cloudformation("AWS::IAM::User.Groups")
        .awscc("awscc_iam_user.groups")
        .part_of(Kind::User, "user")
        .attributes(&[
            attribute("user", "").refers(&[Kind::User]),
            attribute("groups", "").refers(&[Kind::Group]),
        ]),
    row(Kind::User)
        .aws("aws_iam_user")
        .cloudformation("AWS::IAM::User")
        .awscc("awscc_iam_user")
        .attributes(&[
            attribute("name", "UserName").name(),
            attribute("path", "Path").default(Default::Text("/")),
            attribute("permissions_boundary", "PermissionsBoundary").refers(&[Kind::PolicyManaged]),
            outside_aws("inline_policy[]", "Policies[]").part(Kind::PolicyInlineUser),
            outside_aws("managed_policy_arns", "ManagedPolicyArns").refers(&[Kind::PolicyManaged]),
            outside_aws("groups", "Groups").refers(&[Kind::Group]),
            outside_aws("login_profile.password", "LoginProfile.Password"),
            outside_aws(
                "login_profile.password_reset_required",
                "LoginProfile.PasswordResetRequired",
            )
            .flag(),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{name}"),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:iam::{account}:user{path}{name}",
            ),
            output("unique_id", ""),
        ]),
    row(Kind::User).data("aws_iam_user").attributes(&[
        attribute("user_name", "").name(),
        elsewhere(derived("name", "", "{user_name}")),
        output("path", ""),
        output("permissions_boundary", "").refers(&[Kind::PolicyManaged]),
        attribute("tags", "").tags(),
        output("user_id", ""),
        derived("id", "", "{user_id}"),
        derived(
            "arn",
            "",
            "arn:{partition}:iam::{account}:user{path}{user_name}",
        ),
    ]),
    row(Kind::PolicyInlineUser)
        .aws("aws_iam_user_policy")
        .cloudformation("AWS::IAM::UserPolicy")
        .awscc("awscc_iam_user_policy")
        .part_of(Kind::User, "user")
        .computed(&["name", "name_prefix"])
        .attributes(&[
            attribute("user", "UserName").refers(&[Kind::User]),
            attribute("name", "PolicyName"),
            attribute("name_prefix", ""),
            attribute("policy", "PolicyDocument").policy(),
            derived("id", "", "{user}:{name}"),
        ]),
    row(Kind::Attachment)
        .aws("aws_iam_user_policy_attachment")
        .cloudformation("AWS::IAM::User.ManagedPolicyArns")
        .awscc("awscc_iam_user.managed_policy_arns")
        .part_of(Kind::User, "user")
        .attributes(&[
            attribute("user", "").refers(&[Kind::User]),
            attribute("policy_arn", "").refers(&[Kind::PolicyManaged]),
        ]),
    row(Kind::Credential)
        .aws("aws_iam_access_key")
        .cloudformation("AWS::IAM::AccessKey")
        .part_of(Kind::User, "user")
        .attributes(&[
            attribute("user", "UserName").refers(&[Kind::User]),
            attribute("status", "Status").default(Default::Text("Active")),
            attribute("pgp_key", ""),
            output("id", "Id"),
            output("secret", "SecretAccessKey"),
            output("encrypted_secret", ""),
            output("ses_smtp_password_v4", ""),
        ]),
    row(Kind::Credential)
        .aws("aws_iam_user_login_profile")
        .cloudformation("AWS::IAM::User.LoginProfile")
        .awscc("awscc_iam_user.login_profile")
        .part_of(Kind::User, "user")
        .computed(&["password_reset_required"])
        .attributes(&[
            attribute("user", "").refers(&[Kind::User]),
            attribute("password_reset_required", ""),
            attribute("pgp_key", ""),
            derived("id", "", "{user}"),
            output("password", ""),
            output("encrypted_password", ""),
        ]),
    row(Kind::InstanceProfile)
        .aws("aws_iam_instance_profile")
        .data("aws_iam_instance_profile")
        .cloudformation("AWS::IAM::InstanceProfile")
        .awscc("awscc_iam_instance_profile")
        .computed(&["name", "name_prefix"])
        .attributes(&[
            attribute("name", "InstanceProfileName").name(),
            attribute("name_prefix", ""),
            attribute("path", "Path").default(Default::Text("/")),
            // A list in CloudFormation, though it holds one role at most.
            attribute("role", "Roles")
                .each("role")
                .refers(&[Kind::Role]),
            output("role_name", "").refers(&[Kind::Role]),
            attribute("tags", "").tags(),
            derived("id", "", "{name}"),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:iam::{account}:instance-profile{path}{name}",
            ),
            output("unique_id", ""),
        ]),
    row(Kind::Sso)
        .aws("aws_ssoadmin_permission_set")
        .data("aws_ssoadmin_permission_set")
        .cloudformation("AWS::SSO::PermissionSet")
        .awscc("awscc_sso_permission_set")
        .attributes(&[
            attribute("name", "Name"),
            attribute("instance_arn", "InstanceArn"),
            outside_aws("inline_policy", "InlinePolicy")
                .policy()
                .part(Kind::SsoPolicy),
            outside_aws("managed_policies", "ManagedPolicies").refers(&[Kind::PolicyManaged]),
            outside_aws(
                "customer_managed_policy_references[].name",
                "CustomerManagedPolicyReferences[].Name",
            )
            .refers(&[Kind::PolicyManaged]),
            outside_aws(
                "customer_managed_policy_references[].path",
                "CustomerManagedPolicyReferences[].Path",
            )
            .default(Default::Text("/")),
            outside_aws(
                "permissions_boundary.managed_policy_arn",
                "PermissionsBoundary.ManagedPolicyArn",
            )
            .refers(&[Kind::PolicyManaged]),
            outside_aws(
                "permissions_boundary.customer_managed_policy_reference.name",
                "PermissionsBoundary.CustomerManagedPolicyReference.Name",
            )
            .refers(&[Kind::PolicyManaged]),
            outside_aws(
                "permissions_boundary.customer_managed_policy_reference.path",
                "PermissionsBoundary.CustomerManagedPolicyReference.Path",
            )
            .default(Default::Text("/")),
            attribute("tags", "Tags").tags(),
            output("arn", "PermissionSetArn"),
            derived("id", "", "{arn},{instance_arn}"),
        ]),
    row(Kind::SsoPolicy)
        .aws("aws_ssoadmin_permission_set_inline_policy")
        .cloudformation("AWS::SSO::PermissionSet.InlinePolicy")
        .awscc("awscc_sso_permission_set.inline_policy")
        .part_of(Kind::Sso, "permission_set_arn")
        .attributes(&[
            attribute("permission_set_arn", "").refers(&[Kind::Sso]),
            attribute("instance_arn", ""),
            attribute("inline_policy", ".").policy(),
        ]),
    row(Kind::SsoPolicy)
        .aws("aws_ssoadmin_managed_policy_attachment")
        .cloudformation("AWS::SSO::PermissionSet.ManagedPolicies")
        .awscc("awscc_sso_permission_set.managed_policies")
        .part_of(Kind::Sso, "permission_set_arn")
        .attributes(&[
            attribute("permission_set_arn", "").refers(&[Kind::Sso]),
            attribute("instance_arn", ""),
            attribute("managed_policy_arn", "").refers(&[Kind::PolicyManaged]),
        ]),
    row(Kind::Sso)
        .aws("aws_ssoadmin_account_assignment")
        .cloudformation("AWS::SSO::Assignment")
        .awscc("awscc_sso_assignment")
        .attributes(&[
            attribute("permission_set_arn", "PermissionSetArn").refers(&[Kind::Sso]),
            attribute("instance_arn", "InstanceArn"),
            attribute("principal_id", "PrincipalId"),
            attribute("principal_type", "PrincipalType"),
            attribute("target_id", "TargetId"),
            attribute("target_type", "TargetType"),
        ]),
    row(Kind::OrganizationsPolicy)
        .aws("aws_organizations_policy")
        .data("aws_organizations_policy")
        .cloudformation("AWS::Organizations::Policy")
        .awscc("awscc_organizations_policy")
        .attributes(&[
            attribute("name", "Name").name(),
            attribute("content", "Content").policy(),
            attribute("type", "Type").default(Default::Text("SERVICE_CONTROL_POLICY")),
            outside_aws("target_ids", "TargetIds")
                .refers(&[Kind::CallerIdentity, Kind::Organization]),
            attribute("tags", "Tags").tags(),
            output("id", "Id").awscc("policy_id"),
            output("arn", "Arn"),
        ]),
    row(Kind::OrganizationsPolicyAttach)
        .aws("aws_organizations_policy_attachment")
        .cloudformation("AWS::Organizations::Policy.TargetIds")
        .awscc("awscc_organizations_policy.target_ids")
        .part_of(Kind::OrganizationsPolicy, "policy_id")
        .attributes(&[
            attribute("policy_id", "").refers(&[Kind::OrganizationsPolicy]),
            attribute("target_id", "").refers(&[Kind::CallerIdentity, Kind::Organization]),
        ]),
];
