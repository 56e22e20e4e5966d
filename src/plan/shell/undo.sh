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
