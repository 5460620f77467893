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

# What was seen to be formatted is not looked at again until its content changes.
seen=$root/target/formatted
now=$(mktemp)
files=$(mktemp)
trap 'rm -f "$now" "$files"' EXIT
sums() {
    git ls-files --cached --others --exclude-standard -- '*.java' | while read -r file; do
        [ ! -f "$file" ] || printf '%s\n' "$file"
    done | xargs cksum | sort
}
sums >"$now"
[ -f "$seen" ] || : >"$seen"
comm -23 "$now" "$seen" | cut -d ' ' -f 3- >"$files"
[ -s "$files" ] || exit 0

format() {
    "$jdk/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$jar" --aosp "$@" "@$files"
}
if [ "${1:-}" = --check ]; then
    format --dry-run --set-exit-if-changed || {
        echo 'These Java sources are not formatted. To put them right: tools/format.sh' >&2
        exit 1
    }
else
    format --replace
    # It needs a second pass on some sources.
    format --replace
fi
sums >"$seen"
