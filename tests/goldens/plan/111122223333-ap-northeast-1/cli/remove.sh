#!/bin/sh
# Written by flowtoll plan, for account 111122223333, Region ap-northeast-1.
#
# Takes away what the plan takes away: run it when what the plan adds has been seen to work. Nothing is
# removed as long as something that must carry the traffic instead is not there. What is needed to make things again is kept beside the state file.
# Usage: sh remove.sh [STATE-FILE]
set -eu

account='111122223333'
region='ap-northeast-1'
state=${1:-$(dirname -- "$0")/flowtoll-state.tsv}

# To standard error.
say() { printf '%s\n' "$*" >&2; }

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

# The answer of AWS has an error in it where the command itself succeeds.
delete_endpoint() {
  wrong=$(ec2 delete-vpc-endpoints --vpc-endpoint-ids "$1" --query 'Unsuccessful[].Error.Message' --output text)
  [ -z "$wrong" ] || [ "$wrong" = None ] || fail "$1 cannot be deleted: $wrong"
}

# Keeps what is needed to make an endpoint again beside the state file, then deletes the endpoint.
remove_endpoint() {
  there=$(endpoint_state "$1")
  if [ -z "$there" ]; then
    say "$1 is gone already"
    return 0
  fi
  ec2 describe-vpc-endpoints --vpc-endpoint-ids "$1" --output json --query "VpcEndpoints[0].{
    VpcEndpointType: VpcEndpointType, VpcId: VpcId, ServiceName: ServiceName, PolicyDocument: PolicyDocument,
    SubnetIds: SubnetIds, SecurityGroupIds: Groups[].GroupId, PrivateDnsEnabled: PrivateDnsEnabled,
    TagSpecifications: Tags[0] && [{ResourceType: 'vpc-endpoint', Tags: Tags}] || Tags}" >"$state.$1.new"
  mv -- "$state.$1.new" "$state.$1.json"
  remember removed-endpoint "$1" -
  delete_endpoint "$1"
  await_endpoint "$1" gone
  say "$1 is removed"
}

check_account

# remove-interface-endpoint/vpce-0c6b1686cce35e57f
# ssm
remove_endpoint 'vpce-0c6b1686cce35e57f'
# ssmmessages
remove_endpoint 'vpce-0f37b82d87def9fe9'
# ec2messages
remove_endpoint 'vpce-0deec56cb82c3b31d'

# remove-interface-endpoint/vpce-0801d057f403a4853
# kinesis-streams
remove_endpoint 'vpce-0801d057f403a4853'

say "done; undo.sh takes it back as $state says"
