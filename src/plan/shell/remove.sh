# Fails unless a gateway endpoint of the VPC leads from these route tables to the service, or an interface endpoint is there.
need() {
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
  if [ -z "$(endpoint_state "$1")" ]; then
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
  if [ -z "$(listed "$1" SubnetIds "$2")" ]; then
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
