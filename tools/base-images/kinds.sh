# shellcheck shell=sh
# The images that generated Dockerfiles begin with: pulled where a registry answers, else made from packages of
# Debian 12, under the name of the public image whose version Debian has.

# The Dockerfile that makes an image.
recipe_of() {
    case $1 in
        node:18-slim) echo node ;;
        python:3.11-slim) echo python ;;
        golang:1.19) echo golang ;;
        gradle:4.4.1-jdk17) echo gradle ;;
        maven:3-eclipse-temurin-17) echo maven ;;
        eclipse-temurin:17-jre) echo jre ;;
        eclipse-temurin:25-jre) echo jre25 ;;
        *) die "no registry answers, and $1 cannot be made of Debian's packages" ;;
    esac
}

certificates() {
    for bundle in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt; do
        if [ -n "$bundle" ] && [ -f "$bundle" ]; then
            cat "$bundle"
            return
        fi
    done
    die 'this machine has no bundle of certificates: install ca-certificates'
}

# Debian's own tool, only unpacked; nobody needs to install it.
make_debian() {
    ! has_image slipway-base/debian:latest || return 0
    [ "$(engine_architecture)" = "$(architecture)" ] ||
        die "no registry answers, and the engine runs on $(engine_architecture): docker pull $*"
    if ! has_image slipway-base/bookworm:latest; then
        command -v apt-get >/dev/null || die "no registry answers, and this is no Debian: docker pull $*"
        fetch_package mmdebstrap
        fetch_package debian-archive-keyring
        chmod 755 "$folder" # apt reads the keys as a user of its own
        mode=root
        [ "$(id -u)" = 0 ] || mode=unshare
        PATH="$folder/mmdebstrap/usr/bin:$PATH" perl "$folder/mmdebstrap/usr/bin/mmdebstrap" --quiet --mode=$mode --variant=minbase \
            --keyring="$folder/debian-archive-keyring/usr/share/keyrings" --include=ca-certificates \
            --aptopt='Acquire::Languages "none"' --dpkgopt='path-exclude=/usr/share/doc/*' \
            bookworm "$folder/bookworm.tar" http://deb.debian.org/debian >"$folder/bookworm.log" 2>&1 ||
            die "$(cat "$folder/bookworm.log")"
        import slipway-base/bookworm:latest 'CMD ["bash"]' <"$folder/bookworm.tar"
        rm "$folder/bookworm.tar"
    fi
    mkdir -p "$folder/debian"
    certificates >"$folder/debian/host.crt"
    build slipway-base/debian:latest debian
}

# fetch_package NAME: its files below $folder/NAME.
fetch_package() {
    mkdir -p "$folder/$1.deb" "$folder/$1"
    (cd "$folder/$1.deb" && apt-get download -q "$1" >/dev/null 2>&1) ||
        (apt-get update -q >/dev/null 2>&1 && cd "$folder/$1.deb" && apt-get download -q "$1" >/dev/null 2>&1) ||
        die "no registry answers, and apt-get has no $1"
    dpkg-deb -x "$folder/$1.deb"/*.deb "$folder/$1"
}

make_kind() {
    recipe=$(recipe_of "$1") || exit 1
    mkdir -p "$folder/$recipe"
    if [ "$recipe" = node ]; then
        command -v npm >/dev/null || die 'no registry answers, and npm, which the image for Node needs, is not here'
        (cd "$folder/$recipe" && npm pack --silent npm@10 >/dev/null && mkdir npm && tar -C npm -xzf npm-10.*.tgz) ||
            die 'npm did not give its own package'
    fi
    if [ "$recipe" = jre25 ]; then
        jlink=${JAVA25_HOME:-${JAVA_HOME:-}}/bin/jlink
        [ -x "$jlink" ] || die "no registry answers, and $jlink, of which $1 can be cut, is not there: set JAVA_HOME to a JDK 25"
        "$jlink" --add-modules java.se,jdk.unsupported,jdk.crypto.ec,jdk.net,jdk.zipfs,jdk.management,jdk.naming.dns,jdk.charsets \
            --strip-java-debug-attributes --no-header-files --no-man-pages --output "$folder/$recipe/java" ||
            die "$jlink could not cut $1"
    fi
    build "$1" "$recipe"
    has_image "$1" || die "the engine did not take the image $1"
    echo "$1 made here"
}

# All at once: most of the time is the network's.
kinds() {
    wanted=
    for image in "$@"; do
        if ! has_image "$image" && ! pull "$image"; then wanted="$wanted $image"; fi
    done
    [ -n "$wanted" ] || return 0
    # shellcheck disable=SC2086 # a list of names
    make_debian $wanted
    making=
    for image in $wanted; do
        make_kind "$image" &
        making="$making $!"
    done
    failed=0
    for process in $making; do wait "$process" || failed=1; done
    [ "$failed" = 0 ] || exit 1
}
