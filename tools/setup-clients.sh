#!/usr/bin/env bash
# Installs the programs that some tests talk to: a browser and real senders and receivers, from Debian's
# packages, npm and PyPI. Those of npm and PyPI go into a cache folder outside the repository.
# `npm run setup:clients` on a developer's machine.
set -euo pipefail
cache="${XDG_CACHE_HOME:-$HOME/.cache}/kale-clients"

debian_packages=(
  chromium
  libanyevent-perl libanyevent-handle-udp-perl libdata-messagepack-perl
  graphite-carbon
  prometheus prometheus-node-exporter
  prometheus-alertmanager
  collectd-core libyajl2 libcurl3-gnutls
  ganglia-monitor
  influxdb-client
  python3-venv
  curl netcat-openbsd
)
npm_packages=(
  statsd@0.9.0
  hot-shots@17.1.1
  @opentelemetry/sdk-metrics@3.1.1
  @opentelemetry/exporter-metrics-otlp-http@0.301.0
  @opentelemetry/exporter-metrics-otlp-proto@0.301.0
  @influxdata/influxdb-client@1.35.0
)
python_packages=(
  graphitesend==0.10.0
  graphyte==1.7.1
  statsd==4.0.1
  potsdb==1.0.3
  influxdb==5.3.2
  influxdb-client==1.50.0
  opentelemetry-sdk==1.45.2
  opentelemetry-exporter-otlp-proto-http==1.45.2
)

install_debian() {
  local missing=() package root=()
  for package in "${debian_packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ "${#missing[@]}" -eq 0 ]; then
    echo "setup-clients: all of Debian there: ${debian_packages[*]}"
    return
  fi
  if ! command -v apt-get >/dev/null; then
    echo "setup-clients: needs Debian or Ubuntu; install by hand: ${missing[*]}" >&2
    exit 1
  fi
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  "${root[@]}" apt-get update -q
  # The tests start what they need on free ports: RUNLEVEL=1 leaves the packages' services alone.
  "${root[@]}" env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# A folder is complete when this names what is in it.
is_complete() {
  [ -f "$1/complete" ] && [ "$(cat "$1/complete")" = "$2" ]
}

install_npm() {
  local folder="$cache/node" wanted="${npm_packages[*]}"
  is_complete "$folder" "$wanted" && { echo "setup-clients: all of npm there"; return; }
  rm -rf "$folder"
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-audit --no-fund --ignore-scripts "${npm_packages[@]}"
  echo "$wanted" >"$folder/complete"
}

install_python() {
  local folder="$cache/python" wanted="${python_packages[*]}"
  is_complete "$folder" "$wanted" && { echo "setup-clients: all of PyPI there"; return; }
  rm -rf "$folder"
  python3 -m venv "$folder"
  "$folder/bin/pip" install -q "${python_packages[@]}"
  echo "$wanted" >"$folder/complete"
}

install_debian
install_npm
install_python
