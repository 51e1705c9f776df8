#!/usr/bin/env bash
# Installs the stores that some tests talk to, outside the repository. `npm run setup:backends` on a
# developer's machine.
set -euo pipefail
cd "$(dirname "$0")"

for script in setup-redis.sh setup-opensearch.sh setup-oculus-scorer.sh; do bash "$script"; done
