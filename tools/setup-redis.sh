#!/usr/bin/env bash
# Installs redis-server from Debian's packages for the tests, which start their own servers on free
# ports. The service that Debian's package would start is not wanted and kept from starting.
set -euo pipefail

if command -v redis-server >/dev/null && redis-server --version >/dev/null; then
  echo "setup-redis: all there: $(redis-server --version | cut -d' ' -f1-3)"
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "setup-redis: needs Debian or Ubuntu; install redis-server 6.2 or newer by hand" >&2
  exit 1
fi
root=()
[ "$(id -u)" -eq 0 ] || root=(sudo)
"${root[@]}" apt-get update -q
# RUNLEVEL=1 makes invoke-rc.d leave a newly installed service alone.
"${root[@]}" env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -q --no-install-recommends redis-server
redis-server --version
