#!/bin/sh
# Runs the bench small, then grows it: bench/linkage/smoke.sh [WORK]
# Fails when a run fails or when Splink's own model gives other edges; no figure here is a measurement.
set -eu
cd "$(dirname "$0")/../.."
work=${1:-bench-data}
cargo xtask bench linkage --work "$work" --rows 20000 --runs 1
cargo xtask bench linkage --work "$work" --rows 200000 --runs 1 --no-splink
