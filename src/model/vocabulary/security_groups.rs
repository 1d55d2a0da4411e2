//! What lets traffic through: security groups and network ACLs.

use super::{Default, Kind, Row, attribute, derived, output, outside_aws, row};

pub(super) const ROWS: &[Row] = &[
    row(Kind::Sg)
        .aws("aws_security_group")
        .data("aws_security_group")
        .cloudformation("AWS::EC2::SecurityGroup")
        .awscc("awscc_ec2_security_group")
        .computed(&["name", "vpc_id", "ingress", "egress"])
        .attributes(&[
            attribute("name", "GroupName"),
            attribute("vpc_id", "VpcId").refers(Kind::VPCS),
            attribute("ingress[].from_port", "SecurityGroupIngress[].FromPort").number(),
            attribute("ingress[].to_port", "SecurityGroupIngress[].ToPort").number(),
            attribute("ingress[].protocol", "SecurityGroupIngress[].IpProtocol"),
            attribute("ingress[].cidr_blocks", "SecurityGroupIngress[].CidrIp").each("cidr_ip"),
            attribute(
                "ingress[].ipv6_cidr_blocks",
                "SecurityGroupIngress[].CidrIpv6",
            )
            .each("cidr_ipv6"),
            attribute(
                "ingress[].prefix_list_ids",
                "SecurityGroupIngress[].SourcePrefixListId",
            )
            .each("prefix_list_id")
            .refers(&[Kind::PrefixList]),
            attribute(
                "ingress[].security_groups",
                "SecurityGroupIngress[].SourceSecurityGroupId",
            )
            .each("security_group_id")
            .refers(Kind::SECURITY_GROUPS),
            attribute("ingress[].self", ""),
            attribute("egress[].from_port", "SecurityGroupEgress[].FromPort").number(),
            attribute("egress[].to_port", "SecurityGroupEgress[].ToPort").number(),
            attribute("egress[].protocol", "SecurityGroupEgress[].IpProtocol"),
            attribute("egress[].cidr_blocks", "SecurityGroupEgress[].CidrIp").each("cidr_ip"),
            attribute(
                "egress[].ipv6_cidr_blocks",
                "SecurityGroupEgress[].CidrIpv6",
            )
            .each("cidr_ipv6"),
            attribute(
                "egress[].prefix_list_ids",
                "SecurityGroupEgress[].DestinationPrefixListId",
            )
            .each("prefix_list_id")
            .refers(&[Kind::PrefixList]),
            attribute(
                "egress[].security_groups",
                "SecurityGroupEgress[].DestinationSecurityGroupId",
            )
            .each("security_group_id")
            .refers(Kind::SECURITY_GROUPS),
            attribute("egress[].self", ""),
            attribute("tags", "Tags").tags(),
            output("id", "GroupId"),
            derived(
                "arn",
                "",
                "arn:{partition}:ec2:{region}:{account}:security-group/{id}",
            ),
        ]),
    row(Kind::SgDefault)
        .aws("aws_default_security_group")
        .cloudformation("AWS::EC2::VPC.DefaultSecurityGroup")
        .awscc("awscc_ec2_vpc.default_security_group")
        .part_of(Kind::Vpc, "vpc_id")
        .computed(&["vpc_id", "ingress", "egress"])
        .attributes(&[
            attribute("vpc_id", "").refers(Kind::VPCS),
            attribute("ingress[].from_port", ""),
            attribute("ingress[].to_port", ""),
            attribute("ingress[].protocol", ""),
            attribute("ingress[].cidr_blocks", ""),
            attribute("ingress[].ipv6_cidr_blocks", ""),
            attribute("ingress[].prefix_list_ids", "").refers(&[Kind::PrefixList]),
            attribute("ingress[].security_groups", "").refers(Kind::SECURITY_GROUPS),
            attribute("ingress[].self", ""),
            attribute("egress[].from_port", ""),
            attribute("egress[].to_port", ""),
            attribute("egress[].protocol", ""),
            attribute("egress[].cidr_blocks", ""),
            attribute("egress[].ipv6_cidr_blocks", ""),
            attribute("egress[].prefix_list_ids", "").refers(&[Kind::PrefixList]),
            attribute("egress[].security_groups", "").refers(Kind::SECURITY_GROUPS),
            attribute("egress[].self", ""),
            attribute("tags", "").tags(),
            output("id", ""),
            derived(
                "arn",
                "",
                "arn:{partition}:ec2:{region}:{account}:security-group/{id}",
            ),
        ]),
    // CloudFormation has one type for each direction: see the next two rows.
    row(Kind::SgRule)
        .aws("aws_security_group_rule")
        .part_of(Kind::Sg, "security_group_id")
        .computed(&["source_security_group_id"])
        .attributes(&[
            attribute("type", ""),
            attribute("security_group_id", "").refers(Kind::SECURITY_GROUPS),
            attribute("from_port", ""),
            attribute("to_port", ""),
            attribute("protocol", ""),
            attribute("cidr_blocks", ""),
            attribute("ipv6_cidr_blocks", ""),
            attribute("prefix_list_ids", "").refers(&[Kind::PrefixList]),
            attribute("source_security_group_id", "").refers(Kind::SECURITY_GROUPS),
            attribute("self", "").default(Default::Bool(false)),
        ]),
    row(Kind::SgRule)
        .aws("aws_vpc_security_group_ingress_rule")
        .cloudformation("AWS::EC2::SecurityGroupIngress")
        .awscc("awscc_ec2_security_group_ingress")
        .part_of(Kind::Sg, "security_group_id")
        .attributes(&[
            attribute("security_group_id", "GroupId").refers(Kind::SECURITY_GROUPS),
            outside_aws("group_name", "GroupName"),
            attribute("from_port", "FromPort").number(),
            attribute("to_port", "ToPort").number(),
            attribute("ip_protocol", "IpProtocol"),
            attribute("cidr_ipv4", "CidrIp"),
            attribute("cidr_ipv6", "CidrIpv6"),
            attribute("prefix_list_id", "SourcePrefixListId").refers(&[Kind::PrefixList]),
            attribute("referenced_security_group_id", "SourceSecurityGroupId")
                .refers(Kind::SECURITY_GROUPS),
            output("id", "Id").awscc("security_group_ingress_id"),
        ]),
    row(Kind::SgRule)
        .aws("aws_vpc_security_group_egress_rule")
        .cloudformation("AWS::EC2::SecurityGroupEgress")
        .awscc("awscc_ec2_security_group_egress")
        .part_of(Kind::Sg, "security_group_id")
        .attributes(&[
            attribute("security_group_id", "GroupId").refers(Kind::SECURITY_GROUPS),
            attribute("from_port", "FromPort").number(),
            attribute("to_port", "ToPort").number(),
            attribute("ip_protocol", "IpProtocol"),
            attribute("cidr_ipv4", "CidrIp"),
            attribute("cidr_ipv6", "CidrIpv6"),
            attribute("prefix_list_id", "DestinationPrefixListId").refers(&[Kind::PrefixList]),
            attribute("referenced_security_group_id", "DestinationSecurityGroupId")
                .refers(Kind::SECURITY_GROUPS),
            output("id", "Id").awscc("security_group_egress_id"),
        ]),
    row(Kind::Nacl)
        .aws("aws_network_acl")
        .cloudformation("AWS::EC2::NetworkAcl")
        .awscc("awscc_ec2_network_acl")
        .computed(&["subnet_ids", "ingress", "egress"])
        .attributes(&[
            attribute("vpc_id", "VpcId").refers(Kind::VPCS),
            attribute("subnet_ids", "").refers(Kind::SUBNETS),
            attribute("ingress[].rule_no", ""),
            attribute("ingress[].action", ""),
            attribute("ingress[].protocol", ""),
            attribute("ingress[].cidr_block", ""),
            attribute("ingress[].ipv6_cidr_block", ""),
            attribute("ingress[].from_port", ""),
            attribute("ingress[].to_port", ""),
            attribute("egress[].rule_no", ""),
            attribute("egress[].action", ""),
            attribute("egress[].protocol", ""),
            attribute("egress[].cidr_block", ""),
            attribute("egress[].ipv6_cidr_block", ""),
            attribute("egress[].from_port", ""),
            attribute("egress[].to_port", ""),
            attribute("tags", "Tags").tags(),
            output("id", "Id").awscc("network_acl_id"),
            derived(
                "arn",
                "",
                "arn:{partition}:ec2:{region}:{account}:network-acl/{id}",
            ),
        ]),
    row(Kind::NaclDefault)
        .aws("aws_default_network_acl")
        .attributes(&[
            attribute("default_network_acl_id", "").refers(Kind::VPCS),
            attribute("subnet_ids", "").refers(Kind::SUBNETS),
            attribute("ingress[].rule_no", ""),
            attribute("ingress[].action", ""),
            attribute("ingress[].protocol", ""),
            attribute("ingress[].cidr_block", ""),
            attribute("ingress[].ipv6_cidr_block", ""),
            attribute("ingress[].from_port", ""),
            attribute("ingress[].to_port", ""),
            attribute("egress[].rule_no", ""),
            attribute("egress[].action", ""),
            attribute("egress[].protocol", ""),
            attribute("egress[].cidr_block", ""),
            attribute("egress[].ipv6_cidr_block", ""),
            attribute("egress[].from_port", ""),
            attribute("egress[].to_port", ""),
            attribute("tags", "").tags(),
            output("vpc_id", "").refers(Kind::VPCS),
            derived("id", "", "{default_network_acl_id}"),
            derived(
                "arn",
                "",
                "arn:{partition}:ec2:{region}:{account}:network-acl/{id}",
            ),
        ]),
    row(Kind::NaclRule)
        .aws("aws_network_acl_rule")
        .cloudformation("AWS::EC2::NetworkAclEntry")
        .part_of(Kind::Nacl, "network_acl_id")
        .attributes(&[
            attribute("network_acl_id", "NetworkAclId").refers(&[Kind::Nacl]),
            attribute("egress", "Egress").default(Default::Bool(false)),
            attribute("rule_action", "RuleAction"),
            attribute("rule_number", "RuleNumber").number(),
            attribute("protocol", "Protocol").number(),
            attribute("cidr_block", "CidrBlock"),
            attribute("ipv6_cidr_block", "Ipv6CidrBlock"),
            attribute("from_port", ""),
            attribute("to_port", ""),
            outside_aws("port_range.from", "PortRange.From").number(),
            outside_aws("port_range.to", "PortRange.To").number(),
        ]),
    row(Kind::NaclAssoc)
        .aws("aws_network_acl_association")
        .cloudformation("AWS::EC2::SubnetNetworkAclAssociation")
        .awscc("awscc_ec2_subnet_network_acl_association")
        .part_of(Kind::Nacl, "network_acl_id")
        .attributes(&[
            attribute("subnet_id", "SubnetId").refers(Kind::SUBNETS),
            attribute("network_acl_id", "NetworkAclId").refers(&[Kind::Nacl]),
        ]),
];
