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
  ec2 describe-vpc-endpoints --filters "Name=vpc-endpoint-id,Values=$1" \
    --query "VpcEndpoints[?State!='deleted'].[State]" --output text
}

# Waits for an endpoint: until it is `available`, or until it is `gone`.
await_endpoint() {
  tries=0
  while [ "$tries" -lt 120 ]; do
    now=$(endpoint_state "$1")
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
  ec2 describe-vpc-endpoints --filters "Name=vpc-endpoint-id,Values=$1" \
    --query "VpcEndpoints[].$2[] | [?@=='$3'] | [].[@]" --output text
}
