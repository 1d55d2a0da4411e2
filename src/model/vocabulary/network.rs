//! The network: VPCs, subnets, routes, endpoints and firewalls.

use super::{Default, Kind, Row, attribute, derived, output, outside_aws, row};

pub(super) const ROWS: &[Row] = &[
    row(Kind::Vpc)
        .aws("aws_vpc")
        .data("aws_vpc")
        .cloudformation("AWS::EC2::VPC")
        .awscc("awscc_ec2_vpc")
        .computed(&["cidr_block", "enable_dns_hostnames"])
        .attributes(&[
            attribute("cidr_block", "CidrBlock"),
            attribute("enable_dns_support", "EnableDnsSupport").default(Default::Bool(true)),
            attribute("enable_dns_hostnames", "EnableDnsHostnames").default(Default::Bool(false)),
            attribute("default", ""),
            attribute("tags", "Tags").tags(),
            output("id", "VpcId"),
            derived("arn", "", "arn:{partition}:ec2:{region}:{account}:vpc/{id}"),
            output("main_route_table_id", "").refers(&[Kind::RouteTableDefault]),
            output("default_route_table_id", "").refers(&[Kind::RouteTableDefault]),
            output("default_security_group_id", "DefaultSecurityGroup").refers(&[Kind::SgDefault]),
            output("default_network_acl_id", "DefaultNetworkAcl").refers(&[Kind::Nacl]),
        ]),
    row(Kind::VpcDefault).aws("aws_default_vpc").attributes(&[
        attribute("enable_dns_support", "").default(Default::Bool(true)),
        attribute("enable_dns_hostnames", "").default(Default::Bool(true)),
        attribute("tags", "").tags(),
        output("cidr_block", ""),
        output("id", ""),
        derived("arn", "", "arn:{partition}:ec2:{region}:{account}:vpc/{id}"),
        output("main_route_table_id", "").refers(&[Kind::RouteTableDefault]),
        output("default_route_table_id", "").refers(&[Kind::RouteTableDefault]),
        output("default_security_group_id", "").refers(&[Kind::SgDefault]),
        output("default_network_acl_id", "").refers(&[Kind::Nacl]),
    ]),
    row(Kind::Subnet)
        .aws("aws_subnet")
        .data("aws_subnet")
        .cloudformation("AWS::EC2::Subnet")
        .awscc("awscc_ec2_subnet")
        .computed(&["availability_zone"])
        .attributes(&[
            attribute("vpc_id", "VpcId").refers(Kind::VPCS),
            attribute("cidr_block", "CidrBlock"),
            attribute("availability_zone", "AvailabilityZone"),
            attribute("map_public_ip_on_launch", "MapPublicIpOnLaunch")
                .default(Default::Bool(false)),
            attribute("default_for_az", ""),
            attribute("tags", "Tags").tags(),
            output("id", "SubnetId"),
            derived(
                "arn",
                "",
                "arn:{partition}:ec2:{region}:{account}:subnet/{id}",
            ),
        ]),
    row(Kind::SubnetDefault)
        .aws("aws_default_subnet")
        .attributes(&[
            attribute("availability_zone", ""),
            attribute("map_public_ip_on_launch", "").default(Default::Bool(true)),
            attribute("tags", "").tags(),
            output("vpc_id", "").refers(Kind::VPCS),
            output("cidr_block", ""),
            output("id", ""),
            derived(
                "arn",
                "",
                "arn:{partition}:ec2:{region}:{account}:subnet/{id}",
            ),
        ]),
    row(Kind::Igw)
        .aws("aws_internet_gateway")
        .data("aws_internet_gateway")
        .cloudformation("AWS::EC2::InternetGateway")
        .awscc("awscc_ec2_internet_gateway")
        .computed(&["vpc_id"])
        .attributes(&[
            attribute("vpc_id", "").refers(Kind::VPCS),
            attribute("tags", "Tags").tags(),
            output("id", "InternetGatewayId"),
            derived(
                "arn",
                "",
                "arn:{partition}:ec2:{region}:{account}:internet-gateway/{id}",
            ),
        ]),
    row(Kind::IgwAttach)
        .aws("aws_internet_gateway_attachment")
        .cloudformation("AWS::EC2::VPCGatewayAttachment")
        .awscc("awscc_ec2_vpc_gateway_attachment")
        .part_of(Kind::Igw, "internet_gateway_id")
        .attributes(&[
            attribute("internet_gateway_id", "InternetGatewayId").refers(&[Kind::Igw]),
            attribute("vpc_id", "VpcId").refers(Kind::VPCS),
        ]),
    row(Kind::Eigw)
        .aws("aws_egress_only_internet_gateway")
        .cloudformation("AWS::EC2::EgressOnlyInternetGateway")
        .awscc("awscc_ec2_egress_only_internet_gateway")
        .attributes(&[
            attribute("vpc_id", "VpcId").refers(Kind::VPCS),
            attribute("tags", "Tags").tags(),
            output("id", "Id").awscc("egress_only_internet_gateway_id"),
        ]),
    row(Kind::Vgw)
        .aws("aws_vpn_gateway")
        .data("aws_vpn_gateway")
        .cloudformation("AWS::EC2::VPNGateway")
        .awscc("awscc_ec2_vpn_gateway")
        .computed(&["vpc_id"])
        .attributes(&[
            attribute("vpc_id", "").refers(Kind::VPCS),
            attribute("tags", "Tags").tags(),
            output("id", "VPNGatewayId"),
            derived(
                "arn",
                "",
                "arn:{partition}:ec2:{region}:{account}:vpn-gateway/{id}",
            ),
        ]),
    row(Kind::Nat)
        .aws("aws_nat_gateway")
        .data("aws_nat_gateway")
        .cloudformation("AWS::EC2::NatGateway")
        .awscc("awscc_ec2_nat_gateway")
        .attributes(&[
            attribute("subnet_id", "SubnetId").refers(Kind::SUBNETS),
            attribute("connectivity_type", "ConnectivityType").default(Default::Text("public")),
            attribute("availability_mode", "AvailabilityMode").default(Default::Text("zonal")),
            attribute("vpc_id", "VpcId").refers(Kind::VPCS),
            attribute("tags", "Tags").tags(),
            output("id", "NatGatewayId"),
        ]),
    row(Kind::RouteTable)
        .aws("aws_route_table")
        .data("aws_route_table")
        .cloudformation("AWS::EC2::RouteTable")
        .awscc("awscc_ec2_route_table")
        .computed(&["route"])
        .attributes(&[
            attribute("vpc_id", "VpcId").refers(Kind::VPCS),
            attribute("route[].cidr_block", ""),
            attribute("route[].ipv6_cidr_block", ""),
            attribute("route[].destination_prefix_list_id", "").refers(&[Kind::PrefixList]),
            attribute("route[].gateway_id", "").refers(&[Kind::Igw, Kind::Vgw, Kind::Endpoint]),
            attribute("route[].nat_gateway_id", "").refers(&[Kind::Nat]),
            attribute("route[].egress_only_gateway_id", "").refers(&[Kind::Eigw]),
            attribute("route[].transit_gateway_id", ""),
            attribute("route[].vpc_peering_connection_id", "").refers(&[Kind::Peering]),
            attribute("route[].vpc_endpoint_id", "").refers(&[Kind::Endpoint]),
            attribute("route[].network_interface_id", ""),
            output("routes[].cidr_block", ""),
            output("routes[].ipv6_cidr_block", ""),
            output("routes[].destination_prefix_list_id", "").refers(&[Kind::PrefixList]),
            output("routes[].gateway_id", "").refers(&[Kind::Igw, Kind::Vgw, Kind::Endpoint]),
            output("routes[].nat_gateway_id", "").refers(&[Kind::Nat]),
            output("routes[].egress_only_gateway_id", "").refers(&[Kind::Eigw]),
            attribute("subnet_id", "").refers(Kind::SUBNETS),
            attribute("tags", "Tags").tags(),
            output("id", "RouteTableId"),
            derived(
                "arn",
                "",
                "arn:{partition}:ec2:{region}:{account}:route-table/{id}",
            ),
        ]),
    row(Kind::RouteTableDefault)
        .aws("aws_default_route_table")
        .computed(&["route"])
        .attributes(&[
            attribute("default_route_table_id", "").refers(Kind::VPCS),
            attribute("route[].cidr_block", ""),
            attribute("route[].ipv6_cidr_block", ""),
            attribute("route[].destination_prefix_list_id", "").refers(&[Kind::PrefixList]),
            attribute("route[].gateway_id", "").refers(&[Kind::Igw, Kind::Vgw, Kind::Endpoint]),
            attribute("route[].nat_gateway_id", "").refers(&[Kind::Nat]),
            attribute("route[].egress_only_gateway_id", "").refers(&[Kind::Eigw]),
            attribute("route[].transit_gateway_id", ""),
            attribute("route[].vpc_peering_connection_id", "").refers(&[Kind::Peering]),
            attribute("route[].vpc_endpoint_id", "").refers(&[Kind::Endpoint]),
            attribute("route[].network_interface_id", ""),
            attribute("tags", "").tags(),
            output("vpc_id", "").refers(Kind::VPCS),
            derived("id", "", "{default_route_table_id}"),
            derived(
                "arn",
                "",
                "arn:{partition}:ec2:{region}:{account}:route-table/{id}",
            ),
        ]),
    row(Kind::Route)
        .aws("aws_route")
        .cloudformation("AWS::EC2::Route")
        .awscc("awscc_ec2_route")
        .part_of(Kind::RouteTable, "route_table_id")
        .computed(&["network_interface_id"])
        .attributes(&[
            attribute("route_table_id", "RouteTableId").refers(Kind::ROUTE_TABLES),
            attribute("destination_cidr_block", "DestinationCidrBlock"),
            attribute("destination_ipv6_cidr_block", "DestinationIpv6CidrBlock"),
            attribute("destination_prefix_list_id", "DestinationPrefixListId")
                .refers(&[Kind::PrefixList]),
            attribute("gateway_id", "GatewayId").refers(&[Kind::Igw, Kind::Vgw, Kind::Endpoint]),
            attribute("nat_gateway_id", "NatGatewayId").refers(&[Kind::Nat]),
            attribute("transit_gateway_id", "TransitGatewayId"),
            attribute("vpc_peering_connection_id", "VpcPeeringConnectionId")
                .refers(&[Kind::Peering]),
            attribute("vpc_endpoint_id", "VpcEndpointId").refers(&[Kind::Endpoint]),
            attribute("network_interface_id", "NetworkInterfaceId"),
            attribute("egress_only_gateway_id", "EgressOnlyInternetGatewayId")
                .refers(&[Kind::Eigw]),
        ]),
    row(Kind::RtAssoc)
        .aws("aws_route_table_association")
        .cloudformation("AWS::EC2::SubnetRouteTableAssociation")
        .awscc("awscc_ec2_subnet_route_table_association")
        .part_of(Kind::RouteTable, "route_table_id")
        .attributes(&[
            attribute("subnet_id", "SubnetId").refers(Kind::SUBNETS),
            attribute("gateway_id", "").refers(&[Kind::Igw, Kind::Vgw]),
            attribute("route_table_id", "RouteTableId").refers(Kind::ROUTE_TABLES),
        ]),
    row(Kind::RtMain)
        .aws("aws_main_route_table_association")
        .part_of(Kind::Vpc, "vpc_id")
        .attributes(&[
            attribute("vpc_id", "").refers(Kind::VPCS),
            attribute("route_table_id", "").refers(Kind::ROUTE_TABLES),
        ]),
    row(Kind::Endpoint)
        .aws("aws_vpc_endpoint")
        .data("aws_vpc_endpoint")
        .cloudformation("AWS::EC2::VPCEndpoint")
        .awscc("awscc_ec2_vpc_endpoint")
        .computed(&[
            "policy",
            "private_dns_enabled",
            "subnet_ids",
            "subnet_configuration",
            "security_group_ids",
            "route_table_ids",
        ])
        .attributes(&[
            attribute("service_name", "ServiceName").refers(&[Kind::EndpointService]),
            attribute("vpc_endpoint_type", "VpcEndpointType").default(Default::Text("Gateway")),
            attribute("vpc_id", "VpcId").refers(Kind::VPCS),
            attribute("policy", "PolicyDocument")
                .policy()
                .part(Kind::EndpointPolicy),
            attribute("private_dns_enabled", "PrivateDnsEnabled")
                .default(Default::Bool(false))
                .part(Kind::EndpointDns),
            attribute("subnet_ids", "SubnetIds").refers(Kind::SUBNETS),
            attribute("subnet_configuration[].subnet_id", "").refers(Kind::SUBNETS),
            attribute("security_group_ids", "SecurityGroupIds").refers(Kind::SECURITY_GROUPS),
            attribute("route_table_ids", "RouteTableIds").refers(Kind::ROUTE_TABLES),
            attribute(
                "dns_options[0].private_dns_only_for_inbound_resolver_endpoint",
                "DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint",
            ),
            attribute("tags", "Tags").tags(),
            output("id", "Id").awscc("vpc_endpoint_id"),
            derived(
                "arn",
                "",
                "arn:{partition}:ec2:{region}:{account}:vpc-endpoint/{id}",
            ),
            output("prefix_list_id", "").refers(&[Kind::PrefixList]),
            output("network_interface_ids", "NetworkInterfaceIds"),
        ]),
    row(Kind::EndpointPolicy)
        .aws("aws_vpc_endpoint_policy")
        .cloudformation("AWS::EC2::VPCEndpoint.PolicyDocument")
        .awscc("awscc_ec2_vpc_endpoint.policy_document")
        .part_of(Kind::Endpoint, "vpc_endpoint_id")
        .computed(&["policy"])
        .attributes(&[
            attribute("vpc_endpoint_id", "").refers(&[Kind::Endpoint]),
            attribute("policy", ".").policy(),
            derived("id", "", "{vpc_endpoint_id}"),
        ]),
    row(Kind::EndpointRt)
        .aws("aws_vpc_endpoint_route_table_association")
        .cloudformation("AWS::EC2::VPCEndpoint.RouteTableIds")
        .awscc("awscc_ec2_vpc_endpoint.route_table_ids")
        .part_of(Kind::Endpoint, "vpc_endpoint_id")
        .attributes(&[
            attribute("vpc_endpoint_id", "").refers(&[Kind::Endpoint]),
            attribute("route_table_id", "").refers(Kind::ROUTE_TABLES),
        ]),
    row(Kind::EndpointSubnet)
        .aws("aws_vpc_endpoint_subnet_association")
        .cloudformation("AWS::EC2::VPCEndpoint.SubnetIds")
        .awscc("awscc_ec2_vpc_endpoint.subnet_ids")
        .part_of(Kind::Endpoint, "vpc_endpoint_id")
        .attributes(&[
            attribute("vpc_endpoint_id", "").refers(&[Kind::Endpoint]),
            attribute("subnet_id", "").refers(Kind::SUBNETS),
        ]),
    row(Kind::EndpointSg)
        .aws("aws_vpc_endpoint_security_group_association")
        .cloudformation("AWS::EC2::VPCEndpoint.SecurityGroupIds")
        .awscc("awscc_ec2_vpc_endpoint.security_group_ids")
        .part_of(Kind::Endpoint, "vpc_endpoint_id")
        .attributes(&[
            attribute("vpc_endpoint_id", "").refers(&[Kind::Endpoint]),
            attribute("security_group_id", "").refers(Kind::SECURITY_GROUPS),
            attribute("replace_default_association", "").default(Default::Bool(false)),
        ]),
    row(Kind::EndpointDns)
        .aws("aws_vpc_endpoint_private_dns")
        .cloudformation("AWS::EC2::VPCEndpoint.PrivateDnsEnabled")
        .awscc("awscc_ec2_vpc_endpoint.private_dns_enabled")
        .part_of(Kind::Endpoint, "vpc_endpoint_id")
        .attributes(&[
            attribute("vpc_endpoint_id", "").refers(&[Kind::Endpoint]),
            attribute("private_dns_enabled", ".").flag(),
        ]),
    row(Kind::PrefixList)
        .aws("aws_ec2_managed_prefix_list")
        .data("aws_ec2_managed_prefix_list")
        .cloudformation("AWS::EC2::PrefixList")
        .awscc("awscc_ec2_prefix_list")
        .attributes(&[
            attribute("name", "PrefixListName"),
            attribute("entry[].cidr", "Entries[].Cidr"),
            output("entries[].cidr", ""),
            attribute("tags", "Tags").tags(),
            output("id", "PrefixListId"),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:ec2:{region}:{account}:prefix-list/{id}",
            ),
        ]),
    row(Kind::FlowLog)
        .aws("aws_flow_log")
        .cloudformation("AWS::EC2::FlowLog")
        .awscc("awscc_ec2_flow_log")
        .computed(&["log_destination"])
        .attributes(&[
            attribute("vpc_id", "").refers(Kind::VPCS),
            attribute("subnet_id", "").refers(Kind::SUBNETS),
            attribute("eni_id", ""),
            outside_aws("resource_id", "ResourceId").refers(&[
                Kind::Vpc,
                Kind::VpcDefault,
                Kind::Subnet,
                Kind::SubnetDefault,
            ]),
            outside_aws("resource_type", "ResourceType"),
            attribute("traffic_type", "TrafficType"),
            attribute("log_destination", "LogDestination").refers(&[Kind::LogGroup, Kind::Bucket]),
            attribute("log_destination_type", "LogDestinationType")
                .default(Default::Text("cloud-watch-logs")),
            outside_aws("log_group_name", "LogGroupName").refers(&[Kind::LogGroup]),
            attribute("iam_role_arn", "DeliverLogsPermissionArn").refers(&[Kind::Role]),
            attribute("tags", "Tags").tags(),
            output("id", "Id").awscc("flow_log_id"),
        ]),
    row(Kind::Peering)
        .aws("aws_vpc_peering_connection")
        .data("aws_vpc_peering_connection")
        .cloudformation("AWS::EC2::VPCPeeringConnection")
        .awscc("awscc_ec2_vpc_peering_connection")
        .computed(&["peer_owner_id"])
        .attributes(&[
            attribute("vpc_id", "VpcId").refers(Kind::VPCS),
            attribute("peer_vpc_id", "PeerVpcId").refers(Kind::VPCS),
            attribute("peer_owner_id", "PeerOwnerId"),
            attribute("tags", "Tags").tags(),
            output("id", "Id").awscc("vpc_peering_connection_id"),
        ]),
    row(Kind::TgwAttach)
        .aws("aws_ec2_transit_gateway_vpc_attachment")
        .data("aws_ec2_transit_gateway_vpc_attachment")
        .cloudformation("AWS::EC2::TransitGatewayVpcAttachment")
        .awscc("awscc_ec2_transit_gateway_vpc_attachment")
        .attributes(&[
            attribute("vpc_id", "VpcId").refers(Kind::VPCS),
            attribute("subnet_ids", "SubnetIds").refers(Kind::SUBNETS),
            attribute("transit_gateway_id", "TransitGatewayId"),
            attribute("tags", "Tags").tags(),
            output("id", "Id").awscc("transit_gateway_vpc_attachment_id"),
        ]),
    row(Kind::BpaVpc)
        .aws("aws_vpc_block_public_access_options")
        .cloudformation("AWS::EC2::VPCBlockPublicAccessOptions")
        .awscc("awscc_ec2_vpc_block_public_access_options")
        .attributes(&[attribute(
            "internet_gateway_block_mode",
            "InternetGatewayBlockMode",
        )]),
    row(Kind::BpaVpcExcl)
        .aws("aws_vpc_block_public_access_exclusion")
        .cloudformation("AWS::EC2::VPCBlockPublicAccessExclusion")
        .awscc("awscc_ec2_vpc_block_public_access_exclusion")
        .attributes(&[
            attribute("vpc_id", "VpcId").refers(Kind::VPCS),
            attribute("subnet_id", "SubnetId").refers(Kind::SUBNETS),
            attribute(
                "internet_gateway_exclusion_mode",
                "InternetGatewayExclusionMode",
            ),
            attribute("tags", "Tags").tags(),
            output("id", "ExclusionId"),
        ]),
    row(Kind::Firewall)
        .aws("aws_networkfirewall_firewall")
        .data("aws_networkfirewall_firewall")
        .cloudformation("AWS::NetworkFirewall::Firewall")
        .awscc("awscc_networkfirewall_firewall")
        .attributes(&[
            attribute("name", "FirewallName").name(),
            attribute("vpc_id", "VpcId").refers(Kind::VPCS),
            attribute("subnet_mapping[].subnet_id", "SubnetMappings[].SubnetId")
                .refers(Kind::SUBNETS),
            attribute("tags", "Tags").tags(),
            derived(
                "arn",
                "FirewallArn",
                "arn:{partition}:network-firewall:{region}:{account}:firewall/{name}",
            ),
            derived("id", "", "{arn}"),
        ]),
    row(Kind::DnsFirewall)
        .aws("aws_route53_resolver_firewall_rule_group_association")
        .data("aws_route53_resolver_firewall_rule_group_association")
        .cloudformation("AWS::Route53Resolver::FirewallRuleGroupAssociation")
        .awscc("awscc_route53resolver_firewall_rule_group_association")
        .attributes(&[
            attribute("name", "Name"),
            attribute("vpc_id", "VpcId").refers(Kind::VPCS),
            attribute("firewall_rule_group_id", "FirewallRuleGroupId"),
            attribute("tags", "Tags").tags(),
            output("id", "Id").awscc("firewall_rule_group_association_id"),
            output("arn", "Arn"),
        ]),
];
