#!/bin/sh
# builder.sh: rootless BuildKit for tests, where no public registry is reached: buildkitd and buildctl from their Go module, the rest Debian's.
#
#   builder.sh build        compile both programs if they are not there yet, in the user's cache folder (once, two minutes)
#   builder.sh image        the same, and make the image slipway-test/buildkit:rootless on the engine, unless it has it; prints its name
#   builder.sh save FILE    the image as an archive that a cluster can load
#
# Needs Go 1.26, Docker's client and mmdebstrap (Debian, Ubuntu). Elsewhere BuildKit's published rootless image does: SLIPWAY_TEST_BUILDER=moby/buildkit:rootless.
set -eu
version=v0.26.3
image=slipway-test/buildkit:rootless
cache=${XDG_CACHE_HOME:-$HOME/.cache}/slipway/buildkit-$version

say() { echo "builder: $*" >&2; }
die() { say "$*"; exit 1; }

build() {
    [ ! -x "$cache/buildctl" ] || return 0
    for go in go /usr/local/go/bin/go; do
        ! command -v "$go" >/dev/null 2>&1 || break
    done
    command -v "$go" >/dev/null 2>&1 || die "needs Go to compile BuildKit $version: install Go 1.26 and try again"
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    ! command -v flock >/dev/null || flock 9
    [ ! -x "$cache/buildctl" ] || return 0
    say "compiling BuildKit $version (once, two minutes; the log is $cache/build.log)"
    rm -rf "$cache/source" "$cache/programs"
    mkdir -p "$cache/source" "$cache/programs"
    (
        cd "$cache/source"
        printf 'module builder\n\ngo 1.26\n' >go.mod
        "$go" get -tool "github.com/moby/buildkit/cmd/buildkitd@$version" "github.com/moby/buildkit/cmd/buildctl@$version"
        CGO_ENABLED=0 nice "$go" build -p 2 -trimpath -buildvcs=false -ldflags '-s -w' -o "$cache/programs/" \
            github.com/moby/buildkit/cmd/buildkitd github.com/moby/buildkit/cmd/buildctl
    ) >"$cache/build.log" 2>&1 || die "could not compile: see $cache/build.log"
    mv "$cache/programs/buildkitd" "$cache/buildkitd"
    mv "$cache/programs/buildctl" "$cache/buildctl"
}

make_image() {
    docker image inspect "$image" >/dev/null 2>&1 && { echo "$image"; return; }
    build
    exec 8>"$cache/image.lock"
    ! command -v flock >/dev/null || flock 8
    docker image inspect "$image" >/dev/null 2>&1 && { echo "$image"; return; }
    command -v mmdebstrap >/dev/null || die 'needs mmdebstrap: apt-get install mmdebstrap'
    context=$(mktemp -d)
    trap 'rm -rf "$context"' EXIT
    [ -f "$cache/base.tar" ] || {
        mmdebstrap --quiet --variant=minbase --include=ca-certificates,runc,uidmap,rootlesskit,libcap2-bin bookworm \
            "$cache/part.tar" >"$cache/base.log" 2>&1 || die "could not make the image's file system: see $cache/base.log"
        mv "$cache/part.tar" "$cache/base.tar"
    }
    docker import "$cache/base.tar" "$image-base" >/dev/null
    cp "$cache/buildkitd" "$cache/buildctl" "$context/"
    # Debian's newuidmap is setuid root, which fails in a container: capabilities of the file do the same there.
    cat >"$context/Dockerfile" <<EOF
FROM $image-base
COPY buildkitd buildctl /usr/local/bin/
RUN useradd -m -u 1000 user && echo user:100000:65536 >/etc/subuid && echo user:100000:65536 >/etc/subgid \\
 && chmod u-s /usr/bin/newuidmap /usr/bin/newgidmap && setcap cap_setuid+ep /usr/bin/newuidmap && setcap cap_setgid+ep /usr/bin/newgidmap \\
 && mkdir -p /home/user/.local/share/buildkit && chown -R user:user /home/user
USER 1000
ENV USER=user HOME=/home/user XDG_RUNTIME_DIR=/tmp
ENTRYPOINT ["rootlesskit", "buildkitd"]
EOF
    docker build -q -t "$image" "$context" >/dev/null
    docker rmi "$image-base" >/dev/null 2>&1 || true
    echo "$image"
}

case ${1:-} in
    build) build ;;
    image) make_image ;;
    save)
        make_image >/dev/null
        docker save -o "$2" "$image"
        ;;
    *) die "builder.sh build|image|save FILE" ;;
esac
