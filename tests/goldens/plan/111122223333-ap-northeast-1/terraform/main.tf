# Written by flowtoll plan, for Region ap-northeast-1 of account 111122223333. RATIONALE.md says why, and what comes before and after.
# Apply this, or the CloudFormation template, or cli/apply.sh: not two of them. `terraform destroy` is the way back.

terraform {
  required_version = ">= 1.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "aws" {
  region              = "ap-northeast-1"
  allowed_account_ids = ["111122223333"]
}

# Open connections to s3 from subnets of these route tables can be cut for a moment.
resource "aws_vpc_endpoint" "s3_gateway_vpc_0b453accbb086699d" {
  vpc_id            = "vpc-0b453accbb086699d"
  service_name      = "com.amazonaws.ap-northeast-1.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = ["rtb-0cf6f33b4661e1914", "rtb-0e90657cd5992c0ed"]

  policy = jsonencode({
    Statement = [
      {
        Action = [
          "s3:AbortMultipartUpload",
          "s3:DeleteObject",
          "s3:GetObject",
          "s3:ListMultipartUploadParts",
          "s3:PutObject",
        ]
        Condition = {
          StringEquals = {
            "aws:PrincipalAccount" = "111122223333"
          }
        }
        Effect    = "Allow"
        Principal = "*"
        Resource  = ["arn:aws:s3:::sample-data/*"]
        Sid       = "Objects"
      },
      {
        Action = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
        Condition = {
          StringEquals = {
            "aws:PrincipalAccount" = "111122223333"
          }
        }
        Effect    = "Allow"
        Principal = "*"
        Resource  = ["arn:aws:s3:::sample-data"]
        Sid       = "Buckets"
      },
      {
        Action    = ["s3:GetObject"]
        Effect    = "Allow"
        Principal = "*"
        Resource  = ["arn:aws:s3:::prod-ap-northeast-1-starport-layer-bucket/*"]
        Sid       = "ImageLayersOfEcr"
      },
    ]
    Version = "2012-10-17"
  })

  tags = {
    Name               = "s3-gateway-endpoint-prod"
    "flowtoll:advice"  = "add-gateway-endpoint/vpc-0b453accbb086699d/s3"
    "flowtoll:made-by" = "terraform"
  }
}

# Open connections to dynamodb from subnets of these route tables can be cut for a moment.
resource "aws_vpc_endpoint" "dynamodb_gateway_vpc_0e8f2c76a10ff7178" {
  vpc_id            = "vpc-0e8f2c76a10ff7178"
  service_name      = "com.amazonaws.ap-northeast-1.dynamodb"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = ["rtb-080dd3b66ca717de0"]

  tags = {
    Name               = "dynamodb-gateway-endpoint-prod"
    "flowtoll:advice"  = "add-gateway-endpoint/vpc-0e8f2c76a10ff7178/dynamodb"
    "flowtoll:made-by" = "terraform"
  }
}

# Open connections to dynamodb from subnets of these route tables can be cut for a moment.
resource "aws_vpc_endpoint" "dynamodb_gateway_vpc_0b453accbb086699d" {
  vpc_id            = "vpc-0b453accbb086699d"
  service_name      = "com.amazonaws.ap-northeast-1.dynamodb"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = ["rtb-0cf6f33b4661e1914"]

  tags = {
    Name               = "dynamodb-gateway-endpoint-prod"
    "flowtoll:advice"  = "add-gateway-endpoint/vpc-0b453accbb086699d/dynamodb"
    "flowtoll:made-by" = "terraform"
  }
}

# The s3 gateway endpoint is there. Where Terraform manages it with route_table_ids, add the table there instead.
# Open connections to s3 from subnets of this route table can be cut for a moment.
resource "aws_vpc_endpoint_route_table_association" "s3_gateway_vpc_0e8f2c76a10ff7178_rtb_08dfa16bc3320608f" {
  vpc_endpoint_id = "vpce-0679088f2def2ad14"
  route_table_id  = "rtb-08dfa16bc3320608f"
}

output "vpc_endpoint_ids" {
  description = "Ids of the new endpoints."
  value = {
    s3_gateway_vpc_0b453accbb086699d       = aws_vpc_endpoint.s3_gateway_vpc_0b453accbb086699d.id
    dynamodb_gateway_vpc_0e8f2c76a10ff7178 = aws_vpc_endpoint.dynamodb_gateway_vpc_0e8f2c76a10ff7178.id
    dynamodb_gateway_vpc_0b453accbb086699d = aws_vpc_endpoint.dynamodb_gateway_vpc_0b453accbb086699d.id
  }
}

# To be removed when all of this has been seen to work, where it is managed or by cli/remove.sh:
# - the interface endpoint vpce-0c6b1686cce35e57f (ssm)
# - the interface endpoint vpce-0f37b82d87def9fe9 (ssmmessages)
# - the interface endpoint vpce-0deec56cb82c3b31d (ec2messages)
# - the interface endpoint vpce-0801d057f403a4853 (kinesis-streams)
