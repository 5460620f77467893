# shellcheck shell=sh
# Builds what changed. What counts is the content of the sources, so a branch switched there and back costs nothing.

sources() {
    (
        cd "$root" || exit 1
        find pom.xml ./*/pom.xml ./*/src/main web/ui tools \
            \( -name target -o -name node_modules -o -name dist \) -prune -o -type f -exec cksum {} + 2>/dev/null |
            sort | cksum
    )
}

is_built() {
    [ -f "$root/web/target/slipway/sources" ] &&
        [ "$(cat "$root/web/target/slipway/sources")" = "$(sources)" ]
}

# Two launchers at once build one after the other.
lock_build() {
    mkdir -p "$root/web/target"
    lock=$root/web/target/building
    nobody=0
    until mkdir "$lock" 2>/dev/null; do
        if holder=$(cat "$lock/pid" 2>/dev/null) && kill -0 "$holder" 2>/dev/null; then
            nobody=0
        else
            nobody=$((nobody + 1)) # killed, or between its mkdir and its pid
        fi
        [ "$nobody" -lt 5 ] || rm -rf "$lock"
        sleep 0.3
    done
    echo $$ >"$lock/pid"
    trap 'rm -rf "$lock"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

unlock_build() {
    rm -rf "$lock"
    trap - EXIT INT TERM
}

build_if_changed() {
    ! is_built || return 0
    lock_build
    if ! is_built; then
        if [ -d "$root/web/target/slipway" ]; then
            say 'Slipway is built, because its sources changed:'
        else
            say 'Slipway is built for the first time, which takes a few minutes:'
        fi
        before=$(sources)
        rm -f "$root"/web/target/slipway/sources "$root"/web/target/slipway/*.jsa
        if [ -f "$root/web/ui/package.json" ]; then
            step 'dashboard' sh "$root/tools/build-ui.sh" build || exit 1
        fi
        step 'server' mvn -B -q -f "$root/pom.xml" -Dquick -Dui.skip=false -DskipTests package || exit 1
        echo "$before" >"$root/web/target/slipway/sources"
    fi
    unlock_build
}

# Everything that `verify` does, its output as it comes; its exit code is the launcher's.
test_everything() {
    lock_build
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
    export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD
    start=$(date +%s)
    status=0
    cluster=
    for argument in "$@"; do
        shift
        if [ "$argument" = --cluster ]; then cluster=true; else set -- "$@" "$argument"; fi
    done
    [ "${CI:-}" != true ] || cluster=true
    [ -z "${SLIPWAY_TEST_KUBECONFIG:-}" ] || cluster=
    if [ "$cluster" = true ]; then
        SLIPWAY_TEST_CLUSTER=true
        export SLIPWAY_TEST_CLUSTER
        # While the first tests run; those that need it wait for it.
        "$root/tools/cluster/cluster.sh" build >"$root/web/target/cluster.log" 2>&1 &
        building=$!
    elif [ -z "${SLIPWAY_TEST_KUBECONFIG:-}" ]; then
        say 'slipway test: the tests on Kubernetes are left out: --cluster runs them on a cluster of their own'
    fi
    if [ "${CI:-}" = true ]; then
        set -- -Dsurefire.rerunFailingTestsCount=1 -Dfailsafe.rerunFailingTestsCount=1 "$@"
        # For the tests of forges, while the first tests run; where Go is missing they are skipped and say so.
        sh "$root/tools/gitea/gitea.sh" build >"$root/web/target/gitea.log" 2>&1 &
        # For those of the bucket and of the chart, one after the other.
        { sh "$root/tools/installed.sh" build versitygw && sh "$root/tools/installed.sh" build helm; } >"$root/web/target/installed.log" 2>&1 &
        # For the tests of builders alike.
        sh "$root/tools/builder/builder.sh" image >"$root/web/target/builder.log" 2>&1 &
    fi
    mvn -B -ntp -f "$root/pom.xml" "-Dslipway.chromium=$chromium" verify "$@" || status=$?
    if [ "$cluster" = true ]; then
        wait "$building" || true
        "$root/tools/cluster/cluster.sh" down >>"$root/web/target/cluster.log" 2>&1 || true
    fi
    tell_flaky
    say "slipway test: $([ "$status" = 0 ] && echo passed || echo failed) after $(($(date +%s) - start)) s"
    unlock_build
    return "$status"
}

# Where CI=true, a test that fails is tried once more; what passed only then is a defect to mend, so it is named.
tell_flaky() {
    grep -lE '<(flakyFailure|flakyError)' "$root"/*/target/surefire-reports/*.xml \
        "$root"/*/target/failsafe-reports/*.xml 2>/dev/null | while read -r report; do
        report=${report##*/TEST-}
        say "slipway test: passed only on a second try: in ${report%.xml}"
    done
}
