#!/usr/bin/env bash
# Installs the programs that some tests talk to, from Debian's packages: a browser, and real senders
# of metrics. `npm run setup:clients` on a developer's machine.
set -euo pipefail

packages=(
  chromium
  libanyevent-perl libanyevent-handle-udp-perl libdata-messagepack-perl
  graphite-carbon
  prometheus prometheus-node-exporter
  prometheus-alertmanager
)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "setup-clients: all there: ${packages[*]}"
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo "setup-clients: needs Debian or Ubuntu; install by hand: ${missing[*]}" >&2
  exit 1
fi
root=()
[ "$(id -u)" -eq 0 ] || root=(sudo)
"${root[@]}" apt-get update -q
# The tests start what they need on free ports: RUNLEVEL=1 leaves the packages' services alone.
"${root[@]}" env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -q --no-install-recommends "${missing[@]}"
