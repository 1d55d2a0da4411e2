# finds PG-PATH-009/direct-internet
# finds PG-NB-001

resource "aws_sagemaker_notebook_instance" "trials" {
  direct_internet_access = "Enabled"
}
