# see the file of this name that ends in _override

resource "aws_s3_access_point" "partners" {
  bucket = aws_s3_bucket.trials.id
  name   = "partners"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::444455556666:root" }
        Action    = "s3:GetObject"
        Resource  = "arn:aws:s3:eu-central-1:111122223333:accesspoint/partners/object/*"
      },
    ]
  })
}
