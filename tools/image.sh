#!/bin/sh
# image.sh NAME[:TAG] [--push]
# Makes Slipway's own image NAME:TAG, and NAME-helper:TAG, the helper in the pods of jobs, of what ./slipway has built; --push pushes both. TAG is the
# chart's appVersion unless it is given.
#
#   BASE=IMAGE        what Slipway's image begins with: a Java 25 (eclipse-temurin:25-jre)
#   BUILD=IMAGE       what compiles the helper: a Go (golang:1.26)
#   PLATFORMS=LIST    such as linux/amd64,linux/arm64: both images for all of them, by docker buildx, always pushed
#   HELPER=no         only Slipway's image
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)

die() {
    echo "image: $*" >&2
    exit 1
}

name=${1:-}
push=${2:-}
case $name in '' | -*) sed -n '2,10s/^# \{0,1\}//p' "$0" && exit 2 ;; esac
case $push in '' | --push) ;; *) die "no word $push" ;; esac
case ${name##*/} in
    *:*) tag=${name##*:} name=${name%:*} ;;
    *) tag=$(sed -n 's/^appVersion: //p' "$root/charts/slipway/Chart.yaml") ;;
esac
[ -d "$root/web/target/slipway/lib" ] || die 'Slipway is not built yet: ./slipway --version builds it'

# make IMAGE FOLDER ARGUMENT...
make() {
    image=$1 folder=$2
    shift 2
    if [ -n "${PLATFORMS:-}" ]; then
        docker buildx build --platform "$PLATFORMS" --push -t "$image" "$@" "$folder"
    else
        docker build -q -t "$image" "$@" "$folder" >/dev/null
        [ -z "$push" ] || docker push -q "$image" >/dev/null
    fi
    echo "$image"
}

make "$name:$tag" "$root" --build-arg "BASE=${BASE:-eclipse-temurin:25-jre}"
[ "${HELPER:-}" = no ] || make "$name-helper:$tag" "$root/runners/helper" --build-arg "BUILD=${BUILD:-golang:1.26}"
