#!/bin/sh
# Written by flowtoll plan, for account 111122223333, Region ap-northeast-1.
#
# Adds what the plan adds, and takes nothing away: remove.sh does that, undo.sh reverses both. What carries the tags of
# this plan is there already and is left as it is. Ids go to the state file. RATIONALE.md says why all this.
# Usage: sh apply.sh [STATE-FILE]
set -eu

account='111122223333'
region='ap-northeast-1'
state=${1:-$(dirname -- "$0")/flowtoll-state.tsv}

# To standard error.
say() { printf '%s\n' "$*" >&2; }

# An id and what it is, to standard output.
show() { printf '%s\t%s\n' "$1" "$2"; }

fail() {
  say "$0: $*"
  exit 1
}

ec2() { aws ec2 --region "$region" "$@"; }

# Ids and what was done to them, one a line, with tabs between; undo.sh reads them from the last to the first.
remember() {
  line=$(printf '%s\t%s\t%s' "$1" "$2" "$3")
  grep -qxF -e "$line" "$state" 2>/dev/null || printf '%s\n' "$line" >>"$state"
}

check_account() {
  here=$(aws sts get-caller-identity --region "$region" --query Account --output text)
  if [ -n "$account" ] && [ "$here" != "$account" ]; then
    fail "these are the credentials of account $here; the plan is for $account"
  fi
}

# Prints the state of an endpoint, or nothing where it is gone.
endpoint_state() {
  ec2 describe-vpc-endpoints --output text \
    --query "VpcEndpoints[?VpcEndpointId=='$1' && State!='deleted' && State!='Deleted'].[State]"
}

# Waits for an endpoint: until it is `available`, or until it is `gone`.
await_endpoint() {
  tries=0
  while [ "$tries" -lt 120 ]; do
    now=$(endpoint_state "$1")
    now=$(printf '%s' "$now" | tr '[:upper:]' '[:lower:]')
    case ${now:-gone} in
      "$2") return 0 ;;
      failed | rejected | expired) fail "$1 is $now" ;;
    esac
    tries=$((tries + 1))
    sleep 5
  done
  fail "$1 is still ${now:-gone} after ten minutes, and not $2; run this again later"
}

# Prints an id if the list of this name has it in the description of an endpoint.
listed() {
  ec2 describe-vpc-endpoints \
    --query "VpcEndpoints[?VpcEndpointId=='$1'].$2[] | [?@=='$3'] | [].[@]" --output text
}

# Prints the id of an endpoint that carries the tag of this plan and is there or on its way, and which file made it.
endpoint_of() {
  ec2 describe-vpc-endpoints --filters "$1" --output text \
    --query "VpcEndpoints[?contains(['available', 'Available', 'pending', 'Pending'], State)].[
      VpcEndpointId,Tags[?Key=='flowtoll:made-by'].Value|[0]]"
}

# Splits what was found into `id` and `maker`. Two of a kind are for people to sort out.
split_found() {
  case $1 in
    *'
'*) fail "there are several of one kind, tagged by this plan: $1" ;;
  esac
  IFS=' 	' read -r id maker _ <<FOUND || :
$1
FOUND
}

check_account

# add-gateway-endpoint/vpc-0b453accbb086699d/s3: s3
# Open connections to it from subnets of these route tables can be cut for a moment.
found=$(endpoint_of '[{"Name":"vpc-id","Values":["vpc-0b453accbb086699d"]},{"Name":"service-name","Values":["com.amazonaws.ap-northeast-1.s3"]},{"Name":"tag:flowtoll:advice","Values":["add-gateway-endpoint/vpc-0b453accbb086699d/s3"]}]')
split_found "$found"
if [ -z "$id" ]; then
  id=$(ec2 create-vpc-endpoint --vpc-endpoint-type Gateway \
    --vpc-id 'vpc-0b453accbb086699d' --service-name 'com.amazonaws.ap-northeast-1.s3' \
    --route-table-ids 'rtb-0cf6f33b4661e1914' 'rtb-0e90657cd5992c0ed' \
    --policy-document '{"Statement":[{"Action":["s3:AbortMultipartUpload","s3:DeleteObject","s3:GetObject","s3:ListMultipartUploadParts","s3:PutObject"],"Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"}},"Effect":"Allow","Principal":"*","Resource":["arn:aws:s3:::sample-data/*"],"Sid":"Objects"},{"Action":["s3:GetBucketLocation","s3:ListBucket","s3:ListBucketMultipartUploads"],"Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"}},"Effect":"Allow","Principal":"*","Resource":["arn:aws:s3:::sample-data"],"Sid":"Buckets"},{"Action":["s3:GetObject"],"Effect":"Allow","Principal":"*","Resource":["arn:aws:s3:::prod-ap-northeast-1-starport-layer-bucket/*"],"Sid":"ImageLayersOfEcr"}],"Version":"2012-10-17"}' \
    --tag-specifications '[{"ResourceType":"vpc-endpoint","Tags":[{"Key":"Name","Value":"s3-gateway-endpoint-prod"},{"Key":"flowtoll:advice","Value":"add-gateway-endpoint/vpc-0b453accbb086699d/s3"},{"Key":"flowtoll:made-by","Value":"script"}]}]' \
    --query VpcEndpoint.VpcEndpointId --output text)
  maker=script
fi
[ "$maker" != script ] || remember endpoint "$id" -
await_endpoint "$id" available
show "$id" 's3-gateway-endpoint-prod'

# add-gateway-endpoint/vpc-0e8f2c76a10ff7178/dynamodb: dynamodb
# Open connections to it from subnets of these route tables can be cut for a moment.
found=$(endpoint_of '[{"Name":"vpc-id","Values":["vpc-0e8f2c76a10ff7178"]},{"Name":"service-name","Values":["com.amazonaws.ap-northeast-1.dynamodb"]},{"Name":"tag:flowtoll:advice","Values":["add-gateway-endpoint/vpc-0e8f2c76a10ff7178/dynamodb"]}]')
split_found "$found"
if [ -z "$id" ]; then
  id=$(ec2 create-vpc-endpoint --vpc-endpoint-type Gateway \
    --vpc-id 'vpc-0e8f2c76a10ff7178' --service-name 'com.amazonaws.ap-northeast-1.dynamodb' \
    --route-table-ids 'rtb-080dd3b66ca717de0' \
    --tag-specifications '[{"ResourceType":"vpc-endpoint","Tags":[{"Key":"Name","Value":"dynamodb-gateway-endpoint-prod"},{"Key":"flowtoll:advice","Value":"add-gateway-endpoint/vpc-0e8f2c76a10ff7178/dynamodb"},{"Key":"flowtoll:made-by","Value":"script"}]}]' \
    --query VpcEndpoint.VpcEndpointId --output text)
  maker=script
fi
[ "$maker" != script ] || remember endpoint "$id" -
await_endpoint "$id" available
show "$id" 'dynamodb-gateway-endpoint-prod'

# add-gateway-endpoint/vpc-0b453accbb086699d/dynamodb: dynamodb
# Open connections to it from subnets of these route tables can be cut for a moment.
found=$(endpoint_of '[{"Name":"vpc-id","Values":["vpc-0b453accbb086699d"]},{"Name":"service-name","Values":["com.amazonaws.ap-northeast-1.dynamodb"]},{"Name":"tag:flowtoll:advice","Values":["add-gateway-endpoint/vpc-0b453accbb086699d/dynamodb"]}]')
split_found "$found"
if [ -z "$id" ]; then
  id=$(ec2 create-vpc-endpoint --vpc-endpoint-type Gateway \
    --vpc-id 'vpc-0b453accbb086699d' --service-name 'com.amazonaws.ap-northeast-1.dynamodb' \
    --route-table-ids 'rtb-0cf6f33b4661e1914' \
    --tag-specifications '[{"ResourceType":"vpc-endpoint","Tags":[{"Key":"Name","Value":"dynamodb-gateway-endpoint-prod"},{"Key":"flowtoll:advice","Value":"add-gateway-endpoint/vpc-0b453accbb086699d/dynamodb"},{"Key":"flowtoll:made-by","Value":"script"}]}]' \
    --query VpcEndpoint.VpcEndpointId --output text)
  maker=script
fi
[ "$maker" != script ] || remember endpoint "$id" -
await_endpoint "$id" available
show "$id" 'dynamodb-gateway-endpoint-prod'

# associate-route-table/vpc-0e8f2c76a10ff7178/s3: s3
# Open connections to it from subnets of these route tables can be cut for a moment.
there=$(listed 'vpce-0679088f2def2ad14' RouteTableIds 'rtb-08dfa16bc3320608f')
if [ -z "$there" ]; then
  remember route-table 'vpce-0679088f2def2ad14' 'rtb-08dfa16bc3320608f'
  ec2 modify-vpc-endpoint --vpc-endpoint-id 'vpce-0679088f2def2ad14' --add-route-table-ids 'rtb-08dfa16bc3320608f' >/dev/null
fi
show 'rtb-08dfa16bc3320608f' 'vpce-0679088f2def2ad14'

say "done; undo.sh takes it back as $state says"
