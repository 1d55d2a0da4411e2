# clean

resource "aws_vpc_endpoint" "dynamodb" {
  vpc_id            = aws_vpc.trials.id
  service_name      = "com.amazonaws.eu-central-1.dynamodb"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.notebooks.id]

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "dynamodb:GetItem", Resource = "arn:aws:dynamodb:eu-central-1:111122223333:table/codes" }]
  })
}
