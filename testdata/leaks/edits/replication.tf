# finds PG-S3-009

resource "aws_iam_role" "replication" {
  name = "replication"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "s3.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "replication" {
  name = "replication"
  role = aws_iam_role.replication.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:GetReplicationConfiguration", "s3:ListBucket"], Resource = aws_s3_bucket.trials.arn },
      { Effect = "Allow", Action = ["s3:GetObjectVersionForReplication"], Resource = ["${aws_s3_bucket.trials.arn}/*"] },
      { Effect = "Allow", Action = "s3:ReplicateObject", Resource = "arn:aws:s3:::elsewhere-replica/*" },
    ]
  })
}

resource "aws_s3_bucket_versioning" "trials" {
  bucket = aws_s3_bucket.trials.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_replication_configuration" "trials" {
  bucket = aws_s3_bucket.trials.id
  role   = aws_iam_role.replication.arn

  rule {
    id     = "elsewhere"
    status = "Enabled"

    destination {
      bucket  = "arn:aws:s3:::elsewhere-replica"
      account = "444455556666"
    }
  }

  depends_on = [aws_s3_bucket_versioning.trials]
}
