#!/bin/sh
# Runs the bench small, then grows it: bench/linkage/smoke.sh [KINTSU] [WORK]
# Fails when a run fails or when Splink's own model gives other edges; no figure here is a measurement.
set -eu
here=$(dirname "$0")
kintsu=${1:-$here/../../target/release/kintsu}
work=${2:-$here/../../bench-data}
python3 "$here/run.py" --kintsu "$kintsu" --work "$work" --rows 20000 --runs 1
python3 "$here/run.py" --kintsu "$kintsu" --work "$work" --rows 200000 --runs 1 --no-splink
