#!/bin/sh
# helper.sh: compiles Slipway's helper image for tests, localhost/slipway-helper:test, and loads it into the cluster that is up.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
go=go
command -v go >/dev/null || go=/usr/local/go/bin/go
(cd "$here/../../runners/helper" && CGO_ENABLED=0 "$go" build -trimpath -buildvcs=false -ldflags "-s -w" -o "$folder/helper" .)
python3 "$here/image.py" "$folder/image.tar" localhost/slipway-helper:test "$folder/helper"
"$here/cluster.sh" load "$folder/image.tar"
