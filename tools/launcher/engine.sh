# shellcheck shell=sh
# Whether a Docker engine answers, and starting one that is installed. Which engine Slipway then uses, and
# what it says when none can be used, is decided by the Java side.

engine_sockets() {
    printf '%s\n' /var/run/docker.sock "${XDG_RUNTIME_DIR:-/nonexistent}/docker.sock" \
        "$HOME/.docker/run/docker.sock" "$HOME/.docker/desktop/docker.sock" \
        "$HOME/.colima/default/docker.sock" "$HOME/.orbstack/run/docker.sock"
}

# Somebody named an engine: that one is used, started or not.
engine_is_named() {
    [ -z "${SLIPWAY_DOCKER:-}${DOCKER_HOST:-}${DOCKER_CONTEXT:-}" ] || return 0
    # On macOS the current context is the app's that is started below.
    [ "$(uname -s)" != Darwin ] &&
        grep -qs '"currentContext": *"[^"]' "${DOCKER_CONFIG:-$HOME/.docker}/config.json"
}

engine_answers() {
    if command -v docker >/dev/null && docker version >/dev/null 2>&1; then return 0; fi
    engine_sockets | while read -r socket; do
        [ -S "$socket" ] || continue
        # A socket that may not be written is an engine that denies permission: the Java side says what to do.
        if [ ! -w "$socket" ]; then echo found; fi
        if command -v curl >/dev/null; then
            curl -fs --max-time 5 --unix-socket "$socket" http://localhost/_ping >/dev/null 2>&1 && echo found
        fi
    done | grep -q found
}

await_engine() {
    deadline=$(($(date +%s) + $1))
    until engine_answers; do
        [ "$(date +%s)" -lt "$deadline" ] || return 1
        sleep 0.3
    done
}

start_service() {
    if [ -d /run/systemd/system ] && command -v systemctl >/dev/null; then
        systemctl start docker && await_engine 20
    elif [ -x /etc/init.d/docker ] && command -v service >/dev/null; then
        service docker start && await_engine 10
    else
        return 1
    fi
}

# Without a service: the daemon alone, in a session of its own, so that it outlives the launcher.
start_daemon() {
    mkdir -p "$cache"
    if command -v setsid >/dev/null; then
        setsid dockerd </dev/null >"$cache/dockerd.log" 2>&1 &
    else
        nohup dockerd </dev/null >"$cache/dockerd.log" 2>&1 &
    fi
    await_engine 30 || {
        tail -n 5 "$cache/dockerd.log"
        return 1
    }
}

start_installed_engine() {
    start_service || start_daemon
}

start_app() {
    open -a "$1" && await_engine 120
}

find_engine() {
    why='installed, but it did not start'
    if engine_is_named || engine_answers; then return 0; fi
    case $(uname -s) in
        Darwin)
            for app in Docker OrbStack; do
                if [ -d "/Applications/$app.app" ]; then
                    step "starting $app" start_app "$app"
                    return
                fi
            done
            ;;
        *)
            if command -v dockerd >/dev/null; then
                if [ "$(id -u)" = 0 ]; then
                    step 'starting the engine' start_installed_engine
                    return
                fi
                why='installed, but not running'
                return 1
            fi
            ;;
    esac
    why='not installed'
    return 1
}
