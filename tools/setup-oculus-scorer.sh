#!/usr/bin/env bash
# Builds Kale's plugin for OpenSearch (plugins/oculus-scorer) for the tests, against the distribution
# that setup-opensearch.sh has installed, and lays a home beside it that has the plugin:
#
#   CACHE/opensearch-3.6.0-oculus-HASH/    links to the distribution, and plugins/oculus-scorer
#
# HASH is of the plugin's sources, so that tests never meet another one. Needs no Maven: `javac` of 21
# or later where there is one, else the Eclipse compiler on the Java that runs OpenSearch.
set -euo pipefail
cd "$(dirname "$0")/../plugins/oculus-scorer"

version=3.6.0
if [ "$(id -u)" -eq 0 ]; then default_cache=/var/cache/kale-backends
else default_cache=${XDG_CACHE_HOME:-$HOME/.cache}/kale-backends; fi
cache=${KALE_BACKENDS:-$default_cache}
distribution=$cache/opensearch-$version

files=$(find pom.xml src -type f | LC_ALL=C sort)
hash=$(cat $files | sha256sum | cut -c1-12)
home=$cache/opensearch-$version-oculus-$hash
exec 9>"$cache/.setup-oculus-scorer.lock"
if command -v flock >/dev/null; then flock 9; fi
if [ -d "$home" ]; then
  echo "setup-oculus-scorer: the plugin is in $home"
  exit 0
fi

find_javac() { # prints a javac of 21 or later
  local javac major
  for javac in ${JAVA_HOME:+"$JAVA_HOME/bin/javac"} "$cache/jdk/bin/javac" "$(command -v javac || true)" /usr/lib/jvm/*/bin/javac; do
    [ -x "$javac" ] || continue
    major=$("$javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
    [ "${major:-0}" -ge 21 ] && { echo "$javac"; return; }
  done
}

work=$(mktemp -d "$cache/.oculus-scorer.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/classes" "$work/home/plugins/oculus-scorer"
libraries=$(printf '%s:' "$distribution"/lib/*.jar)
sources=$(find src/main/java -name '*.java')
javac=$(find_javac)
if [ -n "$javac" ]; then
  "$javac" --release 21 -proc:none -cp "$libraries" -d "$work/classes" $sources
else
  ecj=org.eclipse.jdt:ecj:3.42.0
  # Not --release: a Java without its tools does not know of other versions.
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get -Dartifact="$ecj" -Dtransitive=false
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy -Dartifact="$ecj" -DoutputDirectory="$work"
  "$cache/jdk/bin/java" -jar "$work"/ecj-*.jar -source 21 -target 21 -proc:none -nowarn -cp "$libraries" \
    -d "$work/classes" $sources
fi

plugin=$work/home/plugins/oculus-scorer
# A jar is a zip; a Java without its tools has no program `jar`.
(cd "$work/classes" && python3 -m zipfile -c "$plugin/oculus-scorer.jar" kale)
sed -e "s/\${project.version}/1.0.0/; s/\${java.release}/21/; s/\${opensearch.version}/$version/" \
  src/main/resources/plugin-descriptor.properties > "$plugin/plugin-descriptor.properties"
for part in bin config lib modules; do ln -s "$distribution/$part" "$work/home/$part"; done
chmod -R a+rX "$work/home"
rm -rf "$cache"/opensearch-"$version"-oculus-*
mv "$work/home" "$home"
echo "setup-oculus-scorer: the plugin is in $home"
