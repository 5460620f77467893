#!/bin/sh
# base-images.sh [IMAGE...]
# Gets the images that examples and tests start from onto the Docker engine: `busybox`, pulled where a registry
# answers within 20 seconds, else made from a static busybox of this machine, and `slipway-example/store`, made
# from that; then each IMAGE, pulled or made from Debian's packages: node:18-slim, python:3.11-slim, golang:1.19,
# gradle:4.4.1-jdk17, maven:3-eclipse-temurin-17, eclipse-temurin:17-jre,
# eclipse-temurin:25-jre. What is there already stays. The engine: SLIPWAY_DOCKER,
# DOCKER_HOST, else what Docker's own client uses or the usual sockets.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

die() {
    echo "base-images: $*" >&2
    exit 1
}

# ---- the engine, through Docker's client or, without one, through its API --------------------------------------

engine=${SLIPWAY_DOCKER:-${DOCKER_HOST:-}}
if command -v docker >/dev/null; then
    [ -z "$engine" ] || export DOCKER_HOST="$engine"
    has_image() { docker image inspect "$1" >/dev/null 2>&1; }
    engine_architecture() { docker version --format '{{.Server.Arch}}'; }
    # A registry that answers makes the client print a line; then the pull may take its time.
    pull() {
        docker pull "$1" >"$folder/pulled" 2>/dev/null &
        pulling=$!
        seconds=0
        while kill -0 "$pulling" 2>/dev/null; do
            [ "$seconds" -lt 20 ] || [ -s "$folder/pulled" ] || kill "$pulling" 2>/dev/null || true
            [ "$seconds" -lt 900 ] || kill "$pulling" 2>/dev/null || true
            seconds=$((seconds + 1))
            sleep 1
        done
        wait "$pulling"
    }
    # build NAME RECIPE: from RECIPE.Dockerfile and what is in the folder of that name.
    build() {
        context "$2" | DOCKER_BUILDKIT=0 docker build -q -t "$1" - >"$folder/$2.log" 2>&1 ||
            die "$(cat "$folder/$2.log")"
    }
    # import NAME CHANGE... <tar
    import() {
        name=$1
        shift
        for change in "$@"; do
            set -- "$@" --change "$change"
            shift
        done
        docker import "$@" - "$name" >/dev/null
    }
else
    command -v curl >/dev/null || die 'needs docker or curl to reach the engine'
    case $engine in
        '')
            for socket in /var/run/docker.sock "${XDG_RUNTIME_DIR:-/nonexistent}/docker.sock" \
                "$HOME/.docker/run/docker.sock" "$HOME/.colima/default/docker.sock" "$HOME/.orbstack/run/docker.sock"; do
                if [ -S "$socket" ]; then
                    engine=unix://$socket
                    break
                fi
            done
            ;;
    esac
    case $engine in
        unix://*)
            host=localhost
            reach() { curl -fsS --unix-socket "${engine#unix://}" "$@"; }
            ;;
        tcp://*)
            host=${engine#tcp://}
            reach() { curl -fsS "$@"; }
            ;;
        *) die "no engine found${engine:+ at $engine}" ;;
    esac
    api() {
        path=$1
        shift
        reach "http://$host$path" "$@"
    }
    has_image() { api "/images/$1/json" -o /dev/null 2>/dev/null; }
    engine_architecture() { api /version | sed -n 's/.*"Arch":"\([^"]*\)".*/\1/p'; }
    pull() {
        api "/images/create?fromImage=${1%:*}&tag=${1##*:}" -X POST --speed-limit 1 --speed-time 20 --max-time 900 \
            -o /dev/null 2>/dev/null && has_image "$1"
    }
    build() {
        context "$2" | api "/build?t=$1" -X POST -H 'Content-Type: application/x-tar' -T - -o "$folder/$2.log" &&
            has_image "$1" || die "$(cat "$folder/$2.log")"
    }
    import() {
        path="/images/create?fromSrc=-&repo=${1%:*}&tag=${1##*:}"
        shift
        for change in "$@"; do
            path="$path&changes=$(printf '%s' "$change" |
                sed 's/ /%20/g; s/"/%22/g; s/\[/%5B/g; s/\]/%5D/g; s/=/%3D/g; s/:/%3A/g; s|/|%2F|g')"
        done
        api "$path" -X POST -T - -o "$folder/answer" &&
            ! grep '"error"' "$folder/answer" >&2
    }
fi

# ---- busybox, from this machine ----------------------------------------------------------------------------------

# The word of Go and Docker for this machine's architecture.
architecture() {
    case $(uname -m) in
        x86_64) echo amd64 ;;
        aarch64) echo arm64 ;;
        *) uname -m ;;
    esac
}

is_static() {
    ! ldd "$1" >/dev/null 2>&1
}

find_static_busybox() {
    [ "$(uname -s)" = Linux ] || die 'no registry answers, and busybox can be made on Linux only: docker pull busybox'
    [ "$(engine_architecture)" = "$(architecture)" ] ||
        die "no registry answers, and the engine runs on $(engine_architecture): load a busybox for it"
    for busybox in /bin/busybox /usr/bin/busybox /bin/busybox.static /usr/lib/busybox/busybox-static; do
        if [ -x "$busybox" ] && is_static "$busybox"; then return 0; fi
    done
    # Debian's and Ubuntu's package is only unpacked, not installed, so nobody needs to be root.
    command -v apt-get >/dev/null || die 'no registry answers, and no static busybox is here: install busybox-static'
    (cd "$folder" && apt-get download -q busybox-static >/dev/null 2>&1) ||
        (apt-get update -q >/dev/null 2>&1 && cd "$folder" && apt-get download -q busybox-static >/dev/null) ||
        die 'no registry answers, and apt-get has no busybox-static'
    dpkg-deb -x "$folder"/busybox-static_*.deb "$folder/package"
    busybox=$(find "$folder/package" -type f -path '*bin/busybox' | head -n 1)
    [ -n "$busybox" ] || die 'the package busybox-static holds no busybox'
}

# root_of FOLDER: a file system with busybox and a link for each of its applets.
root_of() {
    for directory in bin dev etc home proc root sys tmp usr/bin var/spool; do mkdir -p "$1/$directory"; done
    chmod 1777 "$1/tmp"
    cp "$busybox" "$1/bin/busybox"
    chmod 755 "$1/bin/busybox"
    for applet in $("$busybox" --list); do
        case $applet in busybox | */*) ;; *) ln -s busybox "$1/bin/$applet" ;; esac
    done
    ln -s ../../bin/env "$1/usr/bin/env"
    printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n' >"$1/etc/passwd"
    printf 'root:x:0:\nnogroup:x:65534:\n' >"$1/etc/group"
}

pack() {
    tar -C "$1" --owner=0 --group=0 --numeric-owner -cf - .
}

if ! has_image busybox:latest && ! pull busybox:latest; then
    find_static_busybox
    root_of "$folder/root"
    pack "$folder/root" | import busybox:latest 'CMD ["sh"]' 'ENV PATH=/usr/bin:/bin'
    has_image busybox:latest || die 'the engine did not take the image busybox:latest'
    echo 'busybox:latest made from a static busybox'
fi

# context RECIPE: a build context, for an engine that has what the Dockerfile begins with.
context() {
    mkdir -p "$folder/$1"
    cp "$here/base-images/$1.Dockerfile" "$folder/$1/Dockerfile"
    tar -C "$folder/$1" -cf - .
}

# ---- the store of examples/with-database -------------------------------------------------------------------------

if ! has_image slipway-example/store:latest; then
    mkdir -p "$folder/store/cgi-bin"
    cp "$here/base-images/store.cgi" "$folder/store/cgi-bin/store"
    chmod 755 "$folder/store/cgi-bin/store"
    build slipway-example/store:latest store
    has_image slipway-example/store:latest || die 'the engine did not build the store'
    echo 'slipway-example/store:latest made'
fi

# ---- what generated Dockerfiles begin with -----------------------------------------------------------------------

# shellcheck source=tools/base-images/kinds.sh
. "$here/base-images/kinds.sh"
kinds "$@"
