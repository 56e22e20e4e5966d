#!/bin/sh
# Fills a directory with what `flowtoll --inventory DIR` reads: the answers of read-only describe calls.
#
#   usage:  sh inventory.sh [OUTPUT_DIRECTORY [REGION...]]
#
#   OUTPUT_DIRECTORY   default ./inventory; answers land in OUTPUT_DIRECTORY/ACCOUNT/REGION/
#   REGION...          default: AWS_REGION, AWS_DEFAULT_REGION or the region the AWS CLI is configured for
#
# Credentials are the AWS CLI's own: AWS_PROFILE, environment, single sign-on, instance role.
# Nothing is changed in the account. The calls, and the permissions they need:
#
#   ec2:DescribeVpcs                  ec2:DescribeSubnets              ec2:DescribeRouteTables
#   ec2:DescribeNatGateways           ec2:DescribeVpcEndpoints         ec2:DescribeNetworkInterfaces
#   ec2:DescribeManagedPrefixLists    ec2:GetManagedPrefixListEntries  ec2:DescribeFlowLogs
#   ec2:DescribeSecurityGroups        ec2:DescribeTags                 sts:GetCallerIdentity (always allowed)
#   ec2:DescribeSecurityGroups        ec2:DescribeNetworkAcls          ec2:DescribeVpcAttribute
#   ec2:DescribeInstances             ec2:DescribeIamInstanceProfileAssociations
#   sts:GetCallerIdentity (always allowed)
#   ec2:DescribeAvailabilityZones (only to find the configured region)
#
# A call that fails is named together with its permission and the others go on.
# Exit status: 0 all answers are there, 1 some are missing, 2 nothing could be asked.
set -eu
umask 077
# Answers go to files; nobody is there to press a key.
AWS_PAGER=
export AWS_PAGER

say() { printf '%s\n' "inventory: $*" >&2; }

case ${1-} in
-h | --help)
  echo 'usage: sh inventory.sh [OUTPUT_DIRECTORY [REGION...]]'
  exit 0
  ;;
esac

out=./inventory
if [ "$#" -gt 0 ]; then
  out=$1
  shift
fi
# A name that begins with a hyphen is still a name.
case $out in
'') say 'the output directory has no name'; exit 2 ;;
-*) out=./$out ;;
esac

if ! command -v aws >/dev/null 2>&1; then
  say 'the AWS CLI (aws) is not installed'
  exit 2
fi

if ! account=$(aws sts get-caller-identity --query Account --output text); then
  say 'no valid credentials; log in or set AWS_PROFILE'
  exit 2
fi
case $account in
'' | *[!0-9]*) say "unexpected account id: $account"; exit 2 ;;
esac

if [ "$#" -eq 0 ]; then
  region=${AWS_REGION:-${AWS_DEFAULT_REGION:-}}
  if [ -z "$region" ]; then
    if ! region=$(aws ec2 describe-availability-zones --query 'AvailabilityZones[0].RegionName' --output text); then
      say 'no region is configured; give one after the output directory'
      exit 2
    fi
  fi
  set -- "$region"
fi
for region in "$@"; do
  case $region in
  '' | *[!a-z0-9-]*) say "not a region: $region"; exit 2 ;;
  esac
done

failed=0
part=
trap 'if [ -n "$part" ]; then rm -f "$part" "$part.err"; fi' EXIT
trap 'exit 2' HUP INT TERM

# save PERMISSION FILE COMMAND...: runs the command and keeps its answer as FILE, whole or not at all.
save() {
  permission=$1
  file=$dir/$2
  shift 2
  part=$dir/.$$.part
  if "$@" >"$part" 2>"$part.err"; then
    mv -f "$part" "$file"
  else
    failed=1
    if grep -Eq 'UnauthorizedOperation|AccessDenied|not authorized' "$part.err"; then
      say "$region: not allowed, the permission $permission is missing"
    else
      say "$region: $permission failed:"
      sed 's/^/  /' "$part.err" >&2
    fi
    if [ -e "$file" ]; then say "$region: the older $file is kept"; fi
  fi
  rm -f "$part" "$part.err"
  part=
}

for region in "$@"; do
  dir=$out/$account/$region
  mkdir -p "$dir"
  say "$account $region"

  save ec2:DescribeVpcs describe-vpcs.json \
    aws ec2 describe-vpcs --region "$region" --output json
  save ec2:DescribeSubnets describe-subnets.json \
    aws ec2 describe-subnets --region "$region" --output json
  save ec2:DescribeRouteTables describe-route-tables.json \
    aws ec2 describe-route-tables --region "$region" --output json
  save ec2:DescribeNatGateways describe-nat-gateways.json \
    aws ec2 describe-nat-gateways --region "$region" --output json
  save ec2:DescribeVpcEndpoints describe-vpc-endpoints.json \
    aws ec2 describe-vpc-endpoints --region "$region" --output json
  save ec2:DescribeNetworkInterfaces describe-network-interfaces.json \
    aws ec2 describe-network-interfaces --region "$region" --output json
  save ec2:DescribeFlowLogs describe-flow-logs.json \
    aws ec2 describe-flow-logs --region "$region" --output json
  save ec2:DescribeSecurityGroups describe-security-groups.json \
    aws ec2 describe-security-groups --region "$region" --output json
  # Other resources' answers hold their tags themselves.
  save ec2:DescribeTags describe-tags.json \
    aws ec2 describe-tags --filters Name=resource-type,Values=instance --region "$region" --output json
  save ec2:DescribeNetworkAcls describe-network-acls.json \
    aws ec2 describe-network-acls --region "$region" --output json
  save ec2:DescribeInstances describe-instances.json \
    aws ec2 describe-instances --region "$region" --output json
  save ec2:DescribeIamInstanceProfileAssociations describe-iam-instance-profile-associations.json \
    aws ec2 describe-iam-instance-profile-associations --region "$region" --output json
  save ec2:DescribeManagedPrefixLists describe-managed-prefix-lists.json \
    aws ec2 describe-managed-prefix-lists --region "$region" --output json

  # One answer for each VPC and attribute.
  vpcs=
  if [ -e "$dir/describe-vpcs.json" ]; then
    vpcs=$(tr ',{}' '[\n*]' <"$dir/describe-vpcs.json" | sed -n 's/.*"VpcId": *"\(vpc-[0-9a-z]*\)".*/\1/p' | sort -u)
  fi
  for vpc in $vpcs; do
    for attribute in enableDnsSupport enableDnsHostnames; do
      save ec2:DescribeVpcAttribute "describe-vpc-attribute.$vpc.$attribute.json" \
        aws ec2 describe-vpc-attribute --vpc-id "$vpc" --attribute "$attribute" --region "$region" --output json
    done
  done

  # The answer to the entries call does not repeat the list's id: the file name keeps it.
  lists=
  if [ -e "$dir/describe-managed-prefix-lists.json" ]; then
    lists=$(tr ',{}' '[\n*]' <"$dir/describe-managed-prefix-lists.json" |
      sed -n 's/.*"PrefixListId": *"\(pl-[0-9a-z]*\)".*/\1/p')
  fi
  for list in $lists; do
    save ec2:GetManagedPrefixListEntries "get-managed-prefix-list-entries.$list.json" \
      aws ec2 get-managed-prefix-list-entries --prefix-list-id "$list" --region "$region" --output json
  done
done

if [ "$failed" -ne 0 ]; then
  say "some answers are missing in $out"
fi
exit "$failed"
