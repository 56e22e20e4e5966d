//! Endpoint policies with least privilege, for buckets and tables that a user names.
//!
//! Sources: "Control access to VPC endpoints using endpoint policies", AWS PrivateLink guide: without a policy everything is
//! allowed. "Amazon ECR interface VPC endpoints", Amazon ECR User Guide: image layers come from the bucket
//! `prod-REGION-starport-layer-bucket`, which the policy of an S3 gateway endpoint must let pass.

use serde_json::{Value, json};

use crate::advise::catalog::partition;

use super::Wishes;

/// What clients do with objects.
const OBJECT_ACTIONS: [&str; 5] = [
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
];
/// What clients do with a bucket.
const BUCKET_ACTIONS: [&str; 3] = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"];
/// What clients do with items.
const TABLE_ACTIONS: [&str; 10] = [
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:DescribeTable",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
];

/// The policy of a service's endpoint; `None` for an open one.
pub(super) fn policy(service: &str, region: &str, account: Option<&str>, wishes: &Wishes) -> Option<Value> {
    let partition = partition(region);
    let statements = match service {
        "s3" if !wishes.buckets.is_empty() => buckets(partition, region, account, &wishes.buckets),
        "dynamodb" if !wishes.tables.is_empty() => tables(partition, region, account, &wishes.tables),
        _ => return None,
    };
    Some(json!({ "Version": "2012-10-17", "Statement": statements }))
}

fn statement(sid: &str, actions: &[&str], resources: &[String], account: Option<&str>) -> Value {
    let mut statement = json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*",
        "Action": actions,
        "Resource": resources,
    });
    if let Some(account) = account {
        statement["Condition"] = json!({ "StringEquals": { "aws:PrincipalAccount": account } });
    }
    statement
}

fn buckets(partition: &str, region: &str, account: Option<&str>, names: &[String]) -> Vec<Value> {
    let arn = |name: &str| format!("arn:{partition}:s3:::{name}");
    let whole: Vec<String> = names.iter().map(|name| arn(name)).collect();
    let objects: Vec<String> = names.iter().map(|name| format!("{}/*", arn(name))).collect();
    let layers = vec![format!("{}/*", arn(&format!("prod-{region}-starport-layer-bucket")))];
    vec![
        statement("Objects", &OBJECT_ACTIONS, &objects, account),
        statement("Buckets", &BUCKET_ACTIONS, &whole, account),
        // Layers are fetched with URLs that ECR has signed: the principal is not of this account.
        statement("ImageLayersOfEcr", &["s3:GetObject"], &layers, None),
    ]
}

fn tables(partition: &str, region: &str, account: Option<&str>, names: &[String]) -> Vec<Value> {
    let owner = account.unwrap_or("*");
    let arn = |name: &String| format!("arn:{partition}:dynamodb:{region}:{owner}:table/{name}");
    let resources: Vec<String> =
        names.iter().flat_map(|name| [arn(name), format!("{}/index/*", arn(name))]).collect();
    vec![statement("Items", &TABLE_ACTIONS, &resources, account)]
}
