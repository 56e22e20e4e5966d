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

# Prints the id of a security group that carries the tag of this plan, which file made it, and how many rules it has.
group_of() {
  ec2 describe-security-groups --filters "$1" --output text \
    --query "SecurityGroups[].[GroupId,Tags[?Key=='flowtoll:made-by'].Value|[0],length(IpPermissions)]"
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

# Fails unless a gateway endpoint of the VPC leads from these route tables to the service, or an interface endpoint is there.
need_endpoint() {
  tables=$(ec2 describe-vpc-endpoints \
    --filters "Name=vpc-id,Values=$1" "Name=service-name,Values=$2" Name=vpc-endpoint-state,Values=available \
    --query 'VpcEndpoints[].[VpcEndpointId,RouteTableIds]' --output text)
  [ -n "$tables" ] || fail "there is no endpoint for $2 in $1 yet: make it before anything is removed"
  vpc=$1 service=$2
  shift 2
  for table in "$@"; do
    printf '%s\n' "$tables" | tr '\t' '\n' | grep -qxF -e "$table" ||
      fail "the gateway endpoint for $service in $vpc is not associated with $table yet: do that before anything is removed"
  done
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

# Takes an interface endpoint out of a subnet.
leave_subnet() {
  there=$(listed "$1" SubnetIds "$2")
  if [ -z "$there" ]; then
    say "$1 is not in $2"
    return 0
  fi
  remember left-subnet "$1" "$2"
  ec2 modify-vpc-endpoint --vpc-endpoint-id "$1" --remove-subnet-ids "$2" >/dev/null
  say "$1 has left $2"
}

# Deletes a route to a NAT gateway: route table, option of the AWS CLI, destination, NAT gateway.
remove_route() {
  there=$(ec2 describe-route-tables --route-table-ids "$1" \
    --query "RouteTables[].Routes[?NatGatewayId=='$4'].[$5]" --output text)
  if ! printf '%s\n' "$there" | grep -qxF -e "$3"; then
    say "$1 has no route to $4 for $3"
    return 0
  fi
  remember removed-route "$1" "$2 $3 $4"
  ec2 delete-route --route-table-id "$1" "$2" "$3" >/dev/null
  say "$1 has no route for $3 any more"
}

# Keeps what is needed to make a NAT gateway again, then deletes it. Its Elastic IP address stays, and is charged.
remove_nat_gateway() {
  now=$(ec2 describe-nat-gateways --filter "Name=nat-gateway-id,Values=$1" Name=state,Values=available \
    --query 'NatGateways[].[State]' --output text)
  if [ -z "$now" ]; then
    say "$1 is gone already"
    return 0
  fi
  ec2 describe-nat-gateways --nat-gateway-ids "$1" --output json --query "NatGateways[0].{
    SubnetId: SubnetId, ConnectivityType: ConnectivityType || 'public',
    TagSpecifications: Tags[0] && [{ResourceType: 'natgateway', Tags: Tags}] || Tags}" >"$state.$1.new"
  address=$(ec2 describe-nat-gateways --nat-gateway-ids "$1" \
    --query 'NatGateways[0].NatGatewayAddresses[0].AllocationId' --output text)
  mv -- "$state.$1.new" "$state.$1.json"
  remember removed-nat-gateway "$1" "$address"
  ec2 delete-nat-gateway --nat-gateway-id "$1" >/dev/null
  say "$1 is removed; release its address $address when nobody has it in an allow-list any more"
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
