# Makes a NAT gateway again, with its subnet, address and tags; prints nothing.
restore_nat_gateway() {
  if [ "$2" = None ]; then
    new=$(ec2 create-nat-gateway --cli-input-json "file://$state.$1.json" \
      --query NatGateway.NatGatewayId --output text)
  else
    new=$(ec2 create-nat-gateway --cli-input-json "file://$state.$1.json" --allocation-id "$2" \
      --query NatGateway.NatGatewayId --output text)
  fi
  printf '%s\n' "$new" >"$state.$1.again"
  ec2 wait nat-gateway-available --nat-gateway-ids "$new"
  say "$1 is made again as $new"
}

undo() {
  case $1 in
    endpoint)
      if [ -n "$(endpoint_state "$2")" ]; then
        delete_endpoint "$2"
        await_endpoint "$2" gone
      fi
      say "$2 is deleted"
      ;;
    security-group)
      there=$(ec2 describe-security-groups --filters "Name=group-id,Values=$2" --query 'SecurityGroups[].[GroupId]' --output text)
      [ -z "$there" ] || ec2 delete-security-group --group-id "$2" >/dev/null
      say "$2 is deleted"
      ;;
    route-table)
      [ -z "$(listed "$2" RouteTableIds "$3")" ] ||
        ec2 modify-vpc-endpoint --vpc-endpoint-id "$2" --remove-route-table-ids "$3" >/dev/null
      say "$3 is no longer associated with $2"
      ;;
    removed-endpoint)
      if [ -n "$(endpoint_state "$2")" ]; then
        say "$2 is still there"
      else
        new=$(ec2 create-vpc-endpoint --cli-input-json "file://$state.$2.json" \
          --query VpcEndpoint.VpcEndpointId --output text)
        say "$2 is made again as $new"
      fi
      ;;
    left-subnet)
      [ -n "$(listed "$2" SubnetIds "$3")" ] ||
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

[ -f "$state" ] || fail "there is no $state: nothing was done by apply.sh or remove.sh, or it was undone"
check_account
while [ -s "$state" ]; do
  IFS='	' read -r kind id rest <<LAST
$(tail -n 1 -- "$state")
LAST
  undo "$kind" "$id" "$rest"
  # A line that is undone goes, so that an undo that was stopped goes on where it stopped.
  sed '$d' -- "$state" >"$state.new"
  mv -- "$state.new" "$state"
done
rm -f -- "$state" "$state".*.json "$state".*.again
say 'all is as it was'
