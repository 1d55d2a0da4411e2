#!/usr/bin/env bash
# Everything that must hold before a change lands. Runs by hand as well: bash ci/check.sh
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; "$@"; }

# Snapshots are compared, never written.
export INSTA_UPDATE=no

step cargo fmt --check
step cargo clippy --locked --all-targets -- -D warnings
RUSTDOCFLAGS="-D warnings" step cargo doc --locked --no-deps --quiet
if cargo deny --version >/dev/null 2>&1; then
    step cargo deny --config ci/deny.toml check bans licenses sources
else
    echo "SKIPPED: licences and bans (cargo-deny is not installed)"
fi
step cargo test --locked
