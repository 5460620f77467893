#!/bin/sh
# A real Gitea on this machine, for tests: built once from its Go module and kept in the user's cache folder.
#
#   gitea.sh build          build it if it is not there yet; says where the program is
#   gitea.sh find           the program's path if it is built, else exit status 1
#   gitea.sh up FOLDER PORT [SSH-PORT]
#                           start it on 127.0.0.1 with its data below FOLDER; prints url=, admin= and stranger= (their access tokens)
#   gitea.sh down FOLDER    stop it and remove its data
#
# Users: admin (administrator) and stranger (no rights, for forks); their password is "slipway-test". The pages have no style, since the
# module carries no built front end; API, git over HTTP, webhooks, statuses, forks and pull requests work. Needs Go and gcc, and git.
set -eu
version=v1.26.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/slipway/gitea-$version
program=$cache/gitea

say() { echo "gitea: $*" >&2; }
die() { say "$*"; exit 1; }

find_go() {
    for go in go /usr/local/go/bin/go; do
        command -v "$go" >/dev/null 2>&1 && return
    done
    die "needs Go to build Gitea $version: install Go 1.26 and try again"
}

build() {
    [ -x "$program" ] && { echo "$program"; return; }
    find_go
    command -v gcc >/dev/null || die "needs gcc, since its SQLite is written in C: install gcc and try again"
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    ! command -v flock >/dev/null || flock 9
    [ -x "$program" ] && { echo "$program"; return; }
    say "building Gitea $version (once, some minutes; the log is $cache/build.log)"
    source=$(cd "$cache" && "$go" mod download -json "code.gitea.io/gitea@$version" | sed -n 's/.*"Dir": "\(.*\)",/\1/p')
    rm -rf "$cache/source"
    cp -r "$source" "$cache/source"
    chmod -R u+w "$cache/source"
    (cd "$cache/source" && nice "$go" build -p 2 -buildvcs=false -tags "sqlite sqlite_unlock_notify" -ldflags "-s -w -X main.Version=$version" \
        -o "$program.part" .) >"$cache/build.log" 2>&1 || die "could not build: see $cache/build.log"
    mv "$program.part" "$program"
    echo "$program"
}

gitea() { "$program" "$@" -c "$root/app.ini" -w "$root"; }

up() {
    root=$1 port=$2 ssh=${3:-}
    [ -x "$program" ] || die "is not built: $0 build"
    [ ! -e "$root/pid" ] || die "is up in $root already"
    mkdir -p "$root"
    secret=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
    cat >"$root/app.ini" <<EOF
RUN_USER = $(id -un)
WORK_PATH = $root
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = $port
ROOT_URL = http://127.0.0.1:$port/
DISABLE_SSH = $([ "$ssh" ] && echo false || echo true)
START_SSH_SERVER = true
BUILTIN_SSH_SERVER_USER = git
SSH_ROOT_PATH = $root/ssh
SSH_DOMAIN = 127.0.0.1
SSH_LISTEN_HOST = 127.0.0.1
SSH_PORT = ${ssh:-0}
OFFLINE_MODE = true
STATIC_ROOT_PATH = $cache/source
[database]
DB_TYPE = sqlite3
PATH = $root/gitea.db
[repository]
ROOT = $root/repositories
DEFAULT_BRANCH = main
ENABLE_PUSH_CREATE_USER = true
[security]
INSTALL_LOCK = true
SECRET_KEY = $secret
PASSWORD_HASH_ALGO = pbkdf2_v1
[webhook]
ALLOWED_HOST_LIST = *
[actions]
ENABLED = false
[log]
MODE = console
LEVEL = info
EOF
    gitea migrate >"$root/log" 2>&1 || die "could not set up: $(tail -n 3 "$root/log")"
    for name in admin stranger; do
        administrator=
        [ $name = stranger ] || administrator=--admin
        gitea admin user create $administrator --username $name --password slipway-test --email $name@example.test \
            --must-change-password=false >>"$root/log" 2>&1 || die "could not create $name: $(tail -n 3 "$root/log")"
    done
    admin=$(gitea admin user generate-access-token --username admin --token-name test --scopes all --raw | tail -n 1)
    stranger=$(gitea admin user generate-access-token --username stranger --token-name test --scopes all --raw | tail -n 1)
    setsid "$program" web -c "$root/app.ini" -w "$root" >>"$root/log" 2>&1 </dev/null &
    echo $! >"$root/pid"
    tries=0
    until curl -fs "http://127.0.0.1:$port/api/healthz" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || die "did not come up: $(tail -n 3 "$root/log")"
        kill -0 "$(cat "$root/pid")" 2>/dev/null || die "ended: $(tail -n 3 "$root/log")"
        sleep 0.2
    done
    echo "url=http://127.0.0.1:$port"
    echo "admin=$admin"
    echo "stranger=$stranger"
}

down() {
    if [ -f "$1/pid" ]; then
        kill "$(cat "$1/pid")" 2>/dev/null || true
        tries=0
        while kill -0 "$(cat "$1/pid")" 2>/dev/null && [ $tries -lt 100 ]; do
            tries=$((tries + 1))
            sleep 0.1
        done
    fi
    rm -rf "$1"
}

case ${1:-} in
build) build ;;
find) [ -x "$program" ] && echo "$program" ;;
up) up "$2" "$3" "${4:-}" ;;
down) down "$2" ;;
*) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
