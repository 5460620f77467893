#!/bin/sh
# Programs that tests use, built once from their Go modules and kept in the user's cache folder:
#
#   helm        the chart's tests (charts/slipway)
#   versitygw   a real S3 server, for the tests of buckets
#
#   installed.sh build NAME   builds it if it is not there yet; prints the program's path
#   installed.sh find NAME    prints the program's path if it is built, else exit status 1
#
# Needs Go.
set -eu
cache=${XDG_CACHE_HOME:-$HOME/.cache}/slipway

die() {
    echo "installed: $*" >&2
    exit 1
}

case ${2:-} in
    # Without a cluster at hand it takes this version of Kubernetes, as its own releases do.
    helm)
        module=helm.sh/helm/v3/cmd/helm version=v3.21.4
        flags='-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=34'
        ;;
    versitygw) module=github.com/versity/versitygw/cmd/versitygw version=v1.8.0 ;;
    *)
        sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
        exit 2
        ;;
esac
name=$2
folder=$cache/$name-$version
program=$folder/$name

build() {
    [ ! -x "$program" ] || return 0
    for go in go /usr/local/go/bin/go ''; do
        if [ -n "$go" ] && command -v "$go" >/dev/null 2>&1; then break; fi
    done
    [ -n "$go" ] || die "needs Go to build $name $version: install Go and try again"
    mkdir -p "$folder"
    exec 9>"$folder/lock"
    ! command -v flock >/dev/null || flock 9
    [ ! -x "$program" ] || return 0
    echo "installed: building $name $version (once; the log is $folder/build.log)" >&2
    GOBIN=$folder/part CGO_ENABLED=0 GOFLAGS=-trimpath nice "$go" install -ldflags "-s -w ${flags:-}" "$module@$version" >"$folder/build.log" 2>&1 9>&- ||
        die "could not build $name: see $folder/build.log"
    mv "$folder/part/$name" "$program"
    rmdir "$folder/part"
}

case $1 in
    build)
        build
        echo "$program"
        ;;
    find) [ -x "$program" ] && echo "$program" ;;
    *) die "no word $1" ;;
esac
