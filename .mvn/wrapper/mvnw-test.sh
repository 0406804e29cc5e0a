#!/bin/sh
# Shows which Maven mvnw takes, and how it refuses: ./mvnw-test.sh [SHELL]. Needs java, curl, and no network.
set -eu

shell=${1:-sh}
source=$(cd "$(dirname "$0")/../.." && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
project="$root/a project"
export MAVEN_USER_HOME="$root/a home/.m2"
failures=0

# A directory on the PATH that holds only what mvnw may count on, plus what is named.
path_with() {
  rm -rf "$root/path"
  mkdir "$root/path"
  for tool in sh sed tr dirname readlink sort head tar gzip mkdir mktemp mv rm java "$@"; do
    ln -s "$(command -v "$tool")" "$root/path/$tool"
  done
}

# A Maven of a version that prints who it is and what it was given.
maven() {
  mkdir -p "$2/bin" "$2/lib"
  touch "$2/lib/maven-core-$1.jar"
  # shellcheck disable=SC2016
  printf '#!/bin/sh\nprintf "%%s:" %s; printf " <%%s>" "$@"\n' "$1" >"$2/bin/mvn"
  chmod +x "$2/bin/mvn"
}

properties() {
  printf 'distributionUrl=%s\ndistributionSha512Sum=%s\n' "$1" "$2" >"$project/.mvn/wrapper/maven-wrapper.properties"
}

mvnw() {
  (cd / && PATH="$root/path" "$(command -v "$shell")" "$project/mvnw" "$@" 2>&1) || true
}

expect() {
  actual=$(cat)
  case $actual in
    *"$2"*) printf 'ok      %s\n' "$1" ;;
    *) printf 'FAILED  %s\n  expected: %s\n  actual:   %s\n' "$1" "$2" "$actual"; failures=$((failures + 1)) ;;
  esac
}

mkdir -p "$project/.mvn/wrapper" "$root/dist"
cp "$source/mvnw" "$project/"
maven 9.8.7 "$root/dist/apache-maven-9.8.7"
archive="$root/dist/apache-maven-9.8.7-bin.tar.gz"
tar -czf "$archive" -C "$root/dist" apache-maven-9.8.7
sha=$(sha512sum <"$archive" | cut -d ' ' -f 1)
properties "file://$(printf %s "$archive" | sed 's/ /%20/g')" "$sha"

maven 3.6.2 "$root/old"
maven 3.10.0 "$root/new"
# shellcheck disable=SC2016
printf '#!/bin/sh\n[ "$2" = --version ] && echo "Apache Maven 3.8.7" || echo "asked: $*"\n' >"$root/other"
chmod +x "$root/other"

path_with; ln -s "$root/new/bin/mvn" "$root/path/mvn"
mvnw -q 'a b' '' | expect 'a newer mvn on the PATH is used, with every argument' '3.10.0: <-q> <a b> <>'
path_with; ln -s "$root/other" "$root/path/mvn"
mvnw -q | expect 'an mvn of another packaging is asked for its version' 'asked: -q'
path_with; ln -s "$root/old/bin/mvn" "$root/path/mvn"
mvnw -q | expect 'an old mvn and nothing to download with' 'neither curl nor wget'
path_with curl; ln -s "$root/old/bin/mvn" "$root/path/mvn"
mvnw -q | expect 'nothing to check the download with' 'none of sha512sum, shasum and openssl'
path_with curl sha512sum
properties "file:///nowhere/apache-maven-9.8.7-bin.tar.gz" "$sha"
mvnw -q | expect 'a download that fails' 'could not download file:///nowhere/apache-maven-9.8.7-bin.tar.gz'
properties "file://$(printf %s "$archive" | sed 's/ /%20/g')" 'f00'
mvnw -q | expect 'a wrong checksum' 'expected f00'
echo "left: $(find "$MAVEN_USER_HOME/wrapper" -mindepth 1 | wc -l)" | expect 'a refusal leaves nothing behind' 'left: 0'
properties "file://$(printf %s "$archive" | sed 's/ /%20/g')" "$sha"
ln -s "$root/old/bin/mvn" "$root/path/mvn"
mvnw -q 'a b' | expect 'an old mvn: the pinned one is downloaded' '9.8.7: <-q> <a b>'
echo "has: $(ls -A "$MAVEN_USER_HOME/wrapper")." | expect 'it is unpacked under its name, and nothing else is left' 'has: apache-maven-9.8.7.'
path_with; ln -s "$root/new/bin/mvn" "$root/path/mvn"
mvnw -q | expect 'once unpacked it goes before the PATH' '9.8.7: <-q>'
mkdir -p "$MAVEN_USER_HOME/wrapper/dists/apache-maven-9.8.7"
mv "$MAVEN_USER_HOME/wrapper/apache-maven-9.8.7" "$MAVEN_USER_HOME/wrapper/dists/apache-maven-9.8.7/0123abcd"
mvnw -q | expect "so does one that Apache's wrapper unpacked" '9.8.7: <-q>'
rm "$root/path/java"
(unset JAVA_HOME; mvnw -q) | expect 'no Java' 'no Java found'
(export JAVA_HOME=/nowhere; mvnw -q) | expect 'a wrong JAVA_HOME' 'JAVA_HOME is /nowhere'

[ "$failures" = 0 ]
