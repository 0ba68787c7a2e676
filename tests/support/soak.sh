#!/usr/bin/env bash
# What is too long for `make check`: the whole bridge on many seeds. SEEDS says how many, FIRST from where.
set -euo pipefail
cd "$(dirname "$0")/../.."
SEEDS=${SEEDS:-10000} FIRST=${FIRST:-1} JOBS=$(nproc) "${CEBRIDGE_BUILD:-build/release}/tests/sim/property_sim"
