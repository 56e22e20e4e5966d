# Prints the id of a security group that carries the tag of this plan, which file made it, and how many rules it has.
group_of() {
  ec2 describe-security-groups --filters "$1" --output text \
    --query "SecurityGroups[].[GroupId,Tags[?Key=='flowtoll:made-by'].Value|[0],length(IpPermissions)]"
}

# Prints the id of an endpoint that carries the tag of this plan, and which file made it.
endpoint_of() {
  ec2 describe-vpc-endpoints --filters "$1" \
    --query "VpcEndpoints[].[VpcEndpointId,Tags[?Key=='flowtoll:made-by'].Value|[0]]" --output text
}

# Splits what was found into `id`, `maker` and `rules`. Two of a kind are for people to sort out.
one() {
  case $1 in
    *'
'*) fail "there are several of one kind, tagged by this plan: $1" ;;
  esac
  IFS=' 	' read -r id maker rules <<FOUND || :
$1
FOUND
}
