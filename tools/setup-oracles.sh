#!/usr/bin/env bash
# Installs graphite-web 1.1.8 from PyPI, whose answers test/graphite-oracle.test.ts compares ours with,
# into a virtual environment of Python outside the repository.
#
#   CACHE/graphite-web-1.1.8/   the environment; the file "complete" in it is written last
#
# CACHE is $KALE_ORACLES where set, else ~/.cache/kale-oracles.
set -euo pipefail

cache=${KALE_ORACLES:-${XDG_CACHE_HOME:-$HOME/.cache}/kale-oracles}
home=$cache/graphite-web-1.1.8
if [ -f "$home/complete" ]; then
  echo "setup-oracles: all there: $home"
  exit 0
fi
mkdir -p "$cache"

# Two runs at the same time install once.
exec 9>"$cache/.setup-oracles.lock"
if command -v flock >/dev/null; then flock 9; fi
[ ! -f "$home/complete" ] || exit 0

missing=()
python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
ldconfig -p 2>/dev/null | grep -q 'libcairo\.so\.2' || missing+=(libcairo2)
if [ "${#missing[@]}" -gt 0 ]; then
  command -v apt-get >/dev/null || { echo "setup-oracles: install by hand: ${missing[*]}" >&2; exit 1; }
  root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  "${root[@]}" apt-get update -q
  DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

# graphite-web names versions that do not run on today's Python; these do, so its own list is left out.
rm -rf "$home"
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check --no-deps \
  graphite-web==1.1.8 whisper==1.1.8
"$home/bin/pip" install --quiet --disable-pip-version-check \
  'Django==3.2.25' 'django-tagging==0.5.0' 'pyparsing==2.4.7' 'pytz==2026.6' 'six==1.17.0' \
  'cairocffi==1.7.1' 'urllib3==2.8.0' 'msgpack==1.2.4' 'setuptools<81'
touch "$home/complete"
echo "setup-oracles: installed $home"
