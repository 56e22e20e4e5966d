#!/bin/sh
# Rolls up the flow logs of a day and of the day before it, for objects that came late. Objects that were counted already
# are not read again, so running it twice does no harm.
#
# usage: rollup-yesterday.sh [DAY]      DAY is a date such as 2026-03-10 (UTC), yesterday by default
#
# FLOWTOLL_LOGS     where the logs of an account and Region lie, up to and without the year, such as
#                   s3://my-flow-logs/vpc/AWSLogs/111122223333/vpcflowlogs/eu-west-1; several with blanks between
# FLOWTOLL_ROLLUPS  directory for the rollups, on this machine
#
# Needs the `date` of GNU coreutils.
set -eu

: "${FLOWTOLL_LOGS:?set it to s3://BUCKET/.../AWSLogs/ACCOUNT/vpcflowlogs/REGION}"
: "${FLOWTOLL_ROLLUPS:?set it to a directory}"

last=${1:-$(date -u -d "$(date -u +%F) - 1 day" +%F)}
before=$(date -u -d "$last - 1 day" +%F)

set --
for logs in $FLOWTOLL_LOGS; do
  for day in "$before" "$last"; do
    set -- "$@" "${logs%/}/$(date -u -d "$day" +%Y/%m/%d)/"
  done
done
exec flowtoll rollup "$@" --output "$FLOWTOLL_ROLLUPS"
