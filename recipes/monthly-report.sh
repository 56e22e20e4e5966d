#!/bin/sh
# Writes the report of a month from rollups, as JSON and as a table. Reads no log.
#
# usage: monthly-report.sh [MONTH]      MONTH is such as 2026-03 (UTC), the last one by default
#
# FLOWTOLL_ROLLUPS    directory with the rollups
# FLOWTOLL_INVENTORY  directory that the script of `flowtoll inventory script` has filled
# FLOWTOLL_REPORTS    directory for the reports
#
# Needs the `date` of GNU coreutils.
set -eu

: "${FLOWTOLL_ROLLUPS:?set it to a directory}"
: "${FLOWTOLL_INVENTORY:?set it to a directory}"
: "${FLOWTOLL_REPORTS:?set it to a directory}"

month=${1:-$(date -u -d "$(date -u +%Y-%m-01) - 1 day" +%Y-%m)}
first=$month-01
# The 28th and four days lie in the next month, whatever the month.
next=$(date -u -d "$month-28 + 4 days" +%Y-%m-01)

outcome=0
for format in json table; do
  # 1 is a report with something missing, which it names; anything above is none.
  flowtoll report "$FLOWTOLL_ROLLUPS" --inventory "$FLOWTOLL_INVENTORY" --from "$first" --to "$next" \
    --format "$format" --output "$FLOWTOLL_REPORTS/$month.$format" --quiet || outcome=$?
  [ "$outcome" -le 1 ] || exit "$outcome"
done
exit "$outcome"
