#!/bin/sh
# Puts every Java source into google-java-format's AOSP style; with --check it only says which are not.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# shellcheck source=tools/launcher/find.sh
. "$root/tools/launcher/find.sh"
cd "$root"

find_jdk || {
    echo "format: no JDK 25: $why" >&2
    exit 1
}
jar=$root/target/google-java-format.jar
[ -f "$jar" ] || mvn -B -q -N dependency:copy@formatter

files=$(mktemp)
trap 'rm -f "$files"' EXIT
git ls-files --cached --others --exclude-standard -- '*.java' | while read -r file; do
    [ ! -f "$file" ] || printf '%s\n' "$file"
done >"$files"
[ -s "$files" ] || exit 0

if [ "${1:-}" = --check ]; then
    "$jdk/bin/java" -XX:+UseSerialGC -jar "$jar" --aosp --dry-run --set-exit-if-changed "@$files" || {
        echo 'These Java sources are not formatted. To put them right: tools/format.sh' >&2
        exit 1
    }
else
    "$jdk/bin/java" -XX:+UseSerialGC -jar "$jar" --aosp --replace "@$files"
fi
