#!/bin/sh
# The dashboard, from Maven and from the launcher: `build` makes web/ui/dist, `test` runs its unit tests.
# Packages are installed only when package-lock.json changed, the dashboard is made only when its sources did.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
ui=$root/web/ui
[ -f "$ui/package.json" ] || exit 0
cd "$ui"

command -v npm >/dev/null || {
    echo 'the dashboard needs Node 20 or newer, with npm, in PATH' >&2
    exit 1
}

sum_of_sources() {
    find . \( -name node_modules -o -name dist -o -name test-results \) -prune -o -type f -exec cksum {} + | sort | cksum
}

install_packages() {
    lock=$(cat package.json package-lock.json | cksum)
    if [ "$(cat node_modules/.slipway-lock 2>/dev/null)" != "$lock" ]; then
        npm ci --no-audit --no-fund --loglevel=error
        mkdir -p node_modules
        echo "$lock" >node_modules/.slipway-lock
    fi
}

case ${1:-} in
    build)
        sum=$(sum_of_sources)
        if [ -f dist/index.html ] && [ "$(cat node_modules/.slipway-built 2>/dev/null)" = "$sum" ]; then exit 0; fi
        install_packages
        rm -f node_modules/.slipway-built
        rm -rf dist
        npm run --silent build
        # File names carry a hash: what an earlier build left must not travel in the jar.
        rm -rf "$root/web/target/classes/ui"
        echo "$sum" >node_modules/.slipway-built
        ;;
    test)
        install_packages
        npm run --silent --if-present test
        ;;
    *)
        echo 'usage: tools/build-ui.sh build|test' >&2
        exit 2
        ;;
esac
