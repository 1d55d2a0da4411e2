# clean

resource "aws_s3_access_point" "notebooks" {
  bucket = aws_s3_bucket.trials.id
  name   = "notebooks"

  vpc_configuration {
    vpc_id = aws_vpc.trials.id
  }

  public_access_block_configuration {
    block_public_acls       = true
    block_public_policy     = true
    ignore_public_acls      = true
    restrict_public_buckets = true
  }
}
