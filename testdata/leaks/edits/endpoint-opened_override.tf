# finds PG-VPCE-008
# finds PG-PATH-009/s3-endpoint-foreign-bucket

resource "aws_vpc_endpoint" "s3" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "*", Resource = "*" }]
  })
}
