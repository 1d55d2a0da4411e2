//! `aws ec2 describe-vpc-endpoints`, `describe-route-tables` and `describe-subnets`.
//!
//! Source: EC2 API Reference, the data types `VpcEndpoint`, `RouteTable`, `Route`, `RouteTableAssociation`
//! and `Subnet`.

use std::borrow::Cow;

use super::{Element, Told, partition_of, untold};
use crate::load::LoadError;
use crate::model::value::{Data, Map, ProviderId, Value};

/// What an endpoint is in before it is there no more.
const GONE: [&str; 5] = ["deleting", "deleted", "rejected", "failed", "expired"];

/// The targets of a route.
const TARGETS: [(&str, &str); 7] = [
    ("GatewayId", "gateway_id"),
    ("NatGatewayId", "nat_gateway_id"),
    ("EgressOnlyInternetGatewayId", "egress_only_gateway_id"),
    ("TransitGatewayId", "transit_gateway_id"),
    ("VpcPeeringConnectionId", "vpc_peering_connection_id"),
    ("NetworkInterfaceId", "network_interface_id"),
    ("InstanceId", "network_interface_id"),
];

/// Further targets: whatever they are, they are no gateway of the VPC to the internet.
const OTHER_TARGETS: [&str; 4] = [
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
    "OdbNetworkArn",
];

/// Reads VPC endpoints.
pub(super) fn endpoints<'a>(mut pages: Vec<Map<'a>>, told: &mut Told<'a>) -> Result<(), LoadError> {
    for mut element in told.elements(&mut pages, "VpcEndpoints")? {
        let at = element.at;
        let Some(id) = element.text("VpcEndpointId").map(str::to_owned) else {
            told.odd("`VpcEndpoints` has an element without `VpcEndpointId`", at);
            continue;
        };
        let state = element.text("State").unwrap_or_default();
        if GONE.contains(&state.to_ascii_lowercase().as_str()) {
            continue;
        }
        let place = owner(&element, region_of_service(&element), told);
        let mut attributes = Map::default();
        element.hand("VpcEndpointId", "id", &mut attributes);
        element.hand("VpcEndpointType", "vpc_endpoint_type", &mut attributes);
        element.hand("VpcId", "vpc_id", &mut attributes);
        element.hand("ServiceName", "service_name", &mut attributes);
        element.hand("PolicyDocument", "policy", &mut attributes);
        element.hand("PrivateDnsEnabled", "private_dns_enabled", &mut attributes);
        element.hand("SubnetIds", "subnet_ids", &mut attributes);
        element.hand("RouteTableIds", "route_table_ids", &mut attributes);
        element.hand_tags(&mut attributes);
        let groups = element.inner("Groups").into_iter();
        let groups = groups.filter_map(|mut group| group.map.remove("GroupId"));
        let groups = Value::new(Data::List(groups.collect()), at);
        attributes.push(Cow::Borrowed("security_group_ids"), groups);
        if let Some(Data::Map(mut options)) = element.map.remove("DnsOptions").map(|one| one.data)
            && let Some(flag) = options.remove("PrivateDnsOnlyForInboundResolverEndpoint")
        {
            let mut inner = Map::default();
            let name = "private_dns_only_for_inbound_resolver_endpoint";
            inner.push(Cow::Borrowed(name), flag);
            attributes.push(
                Cow::Borrowed("dns_options"),
                Value::new(Data::Map(inner), at),
            );
        }
        // A gateway endpoint is one for the service's addresses, by a list that the answer does not tell.
        untold(
            &["policy", "service_name", "vpc_id", "prefix_list_id"],
            &mut attributes,
            at,
        );
        told.add("aws_vpc_endpoint", id, attributes, at, place);
    }
    told.note_next(&pages);
    Ok(())
}

/// The region of an endpoint, where its service tells: `com.amazonaws.eu-central-1.s3`. It is that of the
/// service, which `ServiceRegion` says apart where the two may differ.
fn region_of_service<'e>(element: &'e Element<'_>) -> Option<&'e str> {
    let service = element.text("ServiceName")?;
    let region = service.strip_prefix("com.amazonaws.")?.split('.').next()?;
    let is_region = region.contains('-')
        && element
            .text("ServiceRegion")
            .is_none_or(|own| own == region);
    is_region.then_some(region)
}

/// Reads route tables.
pub(super) fn route_tables<'a>(
    mut pages: Vec<Map<'a>>,
    told: &mut Told<'a>,
) -> Result<(), LoadError> {
    for mut element in told.elements(&mut pages, "RouteTables")? {
        let at = element.at;
        let Some(id) = element.text("RouteTableId").map(str::to_owned) else {
            told.odd("`RouteTables` has an element without `RouteTableId`", at);
            continue;
        };
        let place = owner(&element, None, told);
        let vpc = element.map.get("VpcId").cloned();
        for association in element.inner("Associations") {
            associate(association, vpc.as_ref(), &id, place, told);
        }
        let routes = element.inner("Routes").into_iter().filter_map(route);
        let routes = Value::new(Data::List(routes.collect()), at);
        let mut attributes = Map::default();
        element.hand("RouteTableId", "id", &mut attributes);
        element.hand("VpcId", "vpc_id", &mut attributes);
        element.hand_tags(&mut attributes);
        attributes.push(Cow::Borrowed("route"), routes);
        told.add("aws_route_table", id, attributes, at, place);
    }
    told.note_next(&pages);
    Ok(())
}

/// One association: with a subnet, with a gateway, or as the main table of the VPC.
fn associate<'a>(
    mut association: Element<'a>,
    vpc: Option<&Value<'a>>,
    table: &str,
    place: ProviderId,
    told: &mut Told<'a>,
) {
    let at = association.at;
    let state = association.map.get("AssociationState");
    let state = state
        .and_then(Value::as_map)
        .and_then(|state| state.get("State"));
    let state = state.and_then(Value::as_text).unwrap_or_default();
    if ["disassociating", "disassociated", "failed"].contains(&state) {
        return;
    }
    let is_main = association.map.get("Main").map(|value| &value.data) == Some(&Data::Bool(true));
    let mut attributes = Map::default();
    let table_id = Value::text(table.to_owned(), at);
    attributes.push(Cow::Borrowed("route_table_id"), table_id);
    let id = association
        .text("RouteTableAssociationId")
        .map(str::to_owned);
    if is_main {
        let Some(vpc) = vpc else {
            return told.odd(&format!("`{table}` has no `VpcId`"), at);
        };
        attributes.push(Cow::Borrowed("vpc_id"), vpc.clone());
        let address = id.unwrap_or_else(|| format!("{table}:main"));
        return told.add(
            "aws_main_route_table_association",
            address,
            attributes,
            at,
            place,
        );
    }
    let with = association
        .text("SubnetId")
        .or(association.text("GatewayId"));
    let Some(with) = with.map(str::to_owned) else {
        return told.odd(
            &format!("`{table}` has an association without `SubnetId`"),
            at,
        );
    };
    association.hand("SubnetId", "subnet_id", &mut attributes);
    association.hand("GatewayId", "gateway_id", &mut attributes);
    let address = id.unwrap_or_else(|| format!("{table}:{with}"));
    told.add(
        "aws_route_table_association",
        address,
        attributes,
        at,
        place,
    );
}

/// One route, as a block of its table; none for the local one, which every table has.
fn route(mut element: Element<'_>) -> Option<Value<'_>> {
    if element.text("GatewayId") == Some("local") {
        return None;
    }
    let at = element.at;
    let mut attributes = Map::default();
    element.hand("DestinationCidrBlock", "cidr_block", &mut attributes);
    element.hand(
        "DestinationIpv6CidrBlock",
        "ipv6_cidr_block",
        &mut attributes,
    );
    element.hand(
        "DestinationPrefixListId",
        "destination_prefix_list_id",
        &mut attributes,
    );
    for (key, name) in TARGETS {
        element.hand(key, name, &mut attributes);
    }
    for key in OTHER_TARGETS {
        element.hand(key, "network_interface_id", &mut attributes);
    }
    Some(Value::new(Data::Map(attributes), at))
}

/// Reads subnets.
pub(super) fn subnets<'a>(mut pages: Vec<Map<'a>>, told: &mut Told<'a>) -> Result<(), LoadError> {
    for mut element in told.elements(&mut pages, "Subnets")? {
        let at = element.at;
        let Some(id) = element.text("SubnetId").map(str::to_owned) else {
            told.odd("`Subnets` has an element without `SubnetId`", at);
            continue;
        };
        let place = match element.text("SubnetArn").map(str::to_owned) {
            Some(arn) => told.place_of(&arn),
            None => None,
        };
        let place = place.unwrap_or_else(|| owner(&element, None, told));
        let mut attributes = Map::default();
        element.hand("SubnetId", "id", &mut attributes);
        element.hand("SubnetArn", "arn", &mut attributes);
        element.hand("VpcId", "vpc_id", &mut attributes);
        element.hand("CidrBlock", "cidr_block", &mut attributes);
        element.hand("AvailabilityZone", "availability_zone", &mut attributes);
        element.hand(
            "MapPublicIpOnLaunch",
            "map_public_ip_on_launch",
            &mut attributes,
        );
        element.hand("DefaultForAz", "default_for_az", &mut attributes);
        element.hand_tags(&mut attributes);
        untold(&["vpc_id", "map_public_ip_on_launch"], &mut attributes, at);
        told.add("aws_subnet", id, attributes, at, place);
    }
    told.note_next(&pages);
    Ok(())
}

/// The place of what says by `OwnerId` whose it is.
fn owner(element: &Element<'_>, region: Option<&str>, told: &mut Told<'_>) -> ProviderId {
    let account = element
        .text("OwnerId")
        .filter(|text| super::is_account(text));
    let partition = region.map(partition_of);
    told.place(partition.as_deref(), region, account)
}
