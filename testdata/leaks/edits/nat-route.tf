# finds PG-PATH-009/nat-open-egress
# finds PG-NET-007

resource "aws_nat_gateway" "out" {
  connectivity_type = "public"
  subnet_id         = "subnet-0123456789abcdef0"
  allocation_id     = "eipalloc-0123456789abcdef0"
}

resource "aws_route" "out" {
  route_table_id         = aws_route_table.notebooks.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.out.id
}

resource "aws_vpc_security_group_egress_rule" "out" {
  security_group_id = aws_security_group.notebooks.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
