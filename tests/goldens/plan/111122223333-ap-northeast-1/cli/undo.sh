#!/bin/sh
# Written by flowtoll plan, for account 111122223333, Region ap-northeast-1.
#
# Reverses what apply.sh and remove.sh did, the last first, as the state file says. Resources that are made again have new
# ids. What Terraform or CloudFormation made is theirs to take back.
# Usage: sh undo.sh [STATE-FILE]
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

# Prints an id if the list of this name has it in the description of an endpoint.
listed() {
  ec2 describe-vpc-endpoints \
    --query "VpcEndpoints[?VpcEndpointId=='$1'].$2[] | [?@=='$3'] | [].[@]" --output text
}

# Makes a NAT gateway again, with its subnet, address and tags, when the old one has let go of the address. With the token, AWS makes
# one even if this is stopped and run again.
restore_nat_gateway() {
  old=$1 address=$2
  ec2 wait nat-gateway-deleted --nat-gateway-ids "$old"
  set -- --cli-input-json "file://$state.$old.json" --client-token "flowtoll-$old"
  [ "$address" = None ] || set -- "$@" --allocation-id "$address"
  new=$(ec2 create-nat-gateway "$@" --query NatGateway.NatGatewayId --output text)
  printf '%s\n' "$new" >"$state.$old.again"
  ec2 wait nat-gateway-available --nat-gateway-ids "$new"
  say "$old is made again as $new"
}

undo_line() {
  case $1 in
    endpoint)
      there=$(endpoint_state "$2")
      if [ -n "$there" ]; then
        delete_endpoint "$2"
        await_endpoint "$2" gone
      fi
      say "$2 is deleted"
      ;;
    security-group)
      there=$(ec2 describe-security-groups --filters "Name=group-id,Values=$2" --query 'SecurityGroups[].[GroupId]' --output text)
      tries=0
      # The interfaces of an endpoint may go a little later than the endpoint.
      until [ -z "$there" ] || ec2 delete-security-group --group-id "$2" >/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 12 ] || fail "$2 cannot be deleted"
        sleep 5
      done
      say "$2 is deleted"
      ;;
    route-table)
      there=$(listed "$2" RouteTableIds "$3")
      [ -z "$there" ] ||
        ec2 modify-vpc-endpoint --vpc-endpoint-id "$2" --remove-route-table-ids "$3" >/dev/null
      say "$3 is no longer associated with $2"
      ;;
    removed-endpoint)
      there=$(endpoint_state "$2")
      if [ -n "$there" ]; then
        say "$2 is still there"
      else
        new=$(ec2 create-vpc-endpoint --cli-input-json "file://$state.$2.json" --client-token "flowtoll-$2" \
          --query VpcEndpoint.VpcEndpointId --output text)
        say "$2 is made again as $new"
      fi
      ;;
    left-subnet)
      there=$(listed "$2" SubnetIds "$3")
      [ -n "$there" ] ||
        ec2 modify-vpc-endpoint --vpc-endpoint-id "$2" --add-subnet-ids "$3" >/dev/null
      say "$2 is in $3 again"
      ;;
    removed-nat-gateway) restore_nat_gateway "$2" "$3" ;;
    removed-route)
      IFS=' ' read -r option destination nat <<ROUTE
$3
ROUTE
      [ ! -f "$state.$nat.again" ] || nat=$(cat -- "$state.$nat.again")
      ec2 create-route --route-table-id "$2" "$option" "$destination" --nat-gateway-id "$nat" >/dev/null
      say "$2 has its route for $destination again"
      ;;
    *) fail "$state has a line that is not understood: $1" ;;
  esac
}

check_account
[ -f "$state" ] || fail "there is no $state: nothing was done by apply.sh or remove.sh, or it was undone"
while [ -s "$state" ]; do
  IFS='	' read -r kind id rest <<LAST
$(tail -n 1 -- "$state")
LAST
  undo_line "$kind" "$id" "$rest"
  # A line that is undone goes, so that an undo that was stopped goes on where it stopped.
  sed '$d' -- "$state" >"$state.new"
  mv -- "$state.new" "$state"
done
rm -f -- "$state" "$state".*.json "$state".*.again
say 'all is as it was'
