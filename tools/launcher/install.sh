# shellcheck shell=sh
# What is missing: named in one message with one line to paste, or installed after a yes.

need() {
    missing=
    for tool in "$@"; do
        find_"$tool" || lacking "$tool"
    done
    [ -n "$missing" ] || return 0
    if can_install && agreed 'Install what is missing now?'; then
        install_missing
        for tool in $missing; do
            find_"$tool" || die "$(title "$tool") is still missing: $why"
        done
    else
        say 'Paste this line, then start again:'
        say "  $(line_to_paste)"
        exit 1
    fi
}

lacking() {
    [ -n "$missing" ] || say 'Slipway needs what this machine does not have:'
    missing="$missing $1"
    say "$(printf '  %-16s %s' "$(title "$1")" "$why")"
}

title() {
    case $1 in
        jdk) echo 'JDK 25' ;;
        maven) echo 'Maven 3.8' ;;
        node) echo 'Node 20' ;;
        engine) echo 'Docker engine' ;;
        chromium) echo 'Chromium' ;;
        tmux) echo 'tmux' ;;
        git) echo 'git' ;;
    esac
}

has_apt() {
    command -v apt-get >/dev/null
}

is_root() {
    [ "$(id -u)" = 0 ]
}

# Packages come by apt-get, as root; JDK, Maven and Node otherwise as archives into the cache folder, for anybody.
can_install() {
    if has_apt && is_root; then return 0; fi
    command -v curl >/dev/null || return 1
    case " $missing " in *' engine '* | *' chromium '* | *' tmux '* | *' git '*) return 1 ;; esac
}

line_to_paste() {
    if [ "$(uname -s)" = Darwin ]; then
        mac_line
        return
    fi
    again="$0 --yes${word:+ $word}"
    if can_install; then
        echo "$again"
        return
    fi
    packages=
    line=
    for tool in $missing; do
        case $tool in
            engine)
                if command -v dockerd >/dev/null; then line='sudo systemctl start docker'; else packages="$packages docker.io"; fi
                ;;
            chromium | tmux | git) packages="$packages $tool" ;;
            *) command -v curl >/dev/null || packages=" curl$packages" ;;
        esac
    done
    if [ -n "$packages" ]; then
        if has_apt; then packages="sudo apt-get install -y$packages"; else packages="your-package-manager install$packages"; fi
        line=${line:+$line && }$packages
    fi
    case " $missing " in *' jdk '* | *' maven '* | *' node '*) line="$line && $again" ;; esac
    echo "$line"
}

mac_line() {
    line='brew install'
    for tool in $missing; do
        case $tool in
            jdk) line="$line openjdk@25" ;;
            engine) line="$line --cask docker" ;;
            chromium) line="$line --cask chromium" ;;
            *) line="$line $tool" ;;
        esac
    done
    echo "$line"
}

install_missing() {
    packages=
    if has_apt && is_root; then
        step 'package lists' apt-get update -q || exit 1
        for tool in $missing; do choose_packages "$tool"; done
        # shellcheck disable=SC2086 # a list of names
        [ -z "$packages" ] || step "installing$packages" install_packages $packages || exit 1
    fi
    for tool in $missing; do
        if find_"$tool"; then continue; fi
        case $tool in
            jdk) step 'JDK 25' fetch_jdk || exit 1 ;;
            maven) step 'Maven' fetch_maven || exit 1 ;;
            node) step 'Node' fetch_node || exit 1 ;;
        esac
    done
}

install_packages() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

# A package is taken where apt has a version that is new enough.
choose_packages() {
    case $1 in
        jdk) offer openjdk-25-jdk-headless 25 || offer temurin-25-jdk 25 || true ;;
        node)
            if offer nodejs 20 && ! apt-cache show nodejs | grep -q '^Provides:.*npm'; then
                [ "$(candidate nodejs | grep -c nodesource)" != 0 ] || offer npm 0
            fi
            ;;
        maven) offer maven 3 || true ;;
        engine) packages="$packages docker.io iptables ca-certificates" ;;
        *) packages="$packages $1" ;;
    esac
}

candidate() {
    apt-cache policy "$1" | sed -n 's/^  Candidate: //p'
}

offer() {
    version=$(candidate "$1")
    # An epoch (2:3.8) is no part of the version.
    [ "$(major "${version#*:}")" -ge "$2" ] 2>/dev/null || return 1
    packages="$packages $1"
}

# fetch URL SUM FOLDER: unpacks an archive, only if its checksum is the one that its vendor states.
fetch() (
    archive=$cache/download-$$
    trap 'rm -f "$archive"' EXIT
    mkdir -p "$3" && curl -fL --retry 3 -o "$archive" "$1" || exit 1
    case ${#2} in 64) bits=256 ;; 128) bits=512 ;; *) die "no checksum for $1" ;; esac
    if command -v "sha${bits}sum" >/dev/null; then
        actual=$("sha${bits}sum" "$archive")
    else
        actual=$(shasum -a "$bits" "$archive")
    fi
    [ "${actual%% *}" = "$2" ] || die "$1: the checksum is ${actual%% *} and not $2"
    tar -xzf "$archive" -C "$3"
)

# machine NAME_OF_X86 NAME_OF_ARM: the vendor's word for this machine.
machine() {
    case $(uname -m) in
        x86_64 | amd64) echo "$1" ;;
        aarch64 | arm64) echo "$2" ;;
        *) die "no archive for $(uname -m): install it with your package manager" ;;
    esac
}

fetch_jdk() {
    case $(uname -s) in Darwin) system=macos ;; *) system=linux ;; esac
    name=amazon-corretto-25-$(machine x64 aarch64)-$system-jdk.tar.gz
    from=https://corretto.aws/downloads
    part=$cache/jdk-25.part
    rm -rf "$part" "$cache/jdk-25"
    # The archive holds one folder, which carries the version.
    sum=$(curl -fsSL "$from/latest_sha256/$name") &&
        fetch "$from/latest/$name" "$sum" "$part" &&
        mv "$part"/* "$cache/jdk-25" && rmdir "$part"
}

fetch_maven() {
    from=https://archive.apache.org/dist/maven/maven-3/3.9.11/binaries/apache-maven-3.9.11-bin.tar.gz
    sum=$(curl -fsSL "$from.sha512") && fetch "$from" "$sum" "$cache"
}

fetch_node() {
    case $(uname -s) in Darwin) system=darwin ;; *) system=linux ;; esac
    from=https://nodejs.org/dist/latest-v22.x
    line=$(curl -fsSL "$from/SHASUMS256.txt" | grep "$system-$(machine x64 arm64).tar.gz\$") &&
        fetch "$from/${line##* }" "${line%% *}" "$cache"
}
