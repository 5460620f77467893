# shellcheck shell=sh
# Where the tools are. Each find_* sets one variable, or returns 1 and says in `why` what was seen.

case $(uname -s) in
    Darwin) cache=$HOME/Library/Caches/slipway ;;
    *) cache=${XDG_CACHE_HOME:-$HOME/.cache}/slipway ;;
esac

# The first number of a version: 20 of v20.20.2.
major() {
    printf '%s\n' "$1" | sed -n 's/^[^0-9]*\([0-9][0-9]*\).*/\1/p' | head -n 1
}

# The file behind all links.
behind_links() (
    file=$1
    while [ -L "$file" ]; do
        link=$(readlink "$file")
        case $link in /*) file=$link ;; *) file=$(dirname "$file")/$link ;; esac
    done
    printf '%s\n' "$file"
)

is_jdk_25() {
    [ -x "$1/bin/javac" ] || return 1
    if [ -f "$1/release" ]; then
        grep -q '^JAVA_VERSION="25[".-]' "$1/release"
    else
        [ -f "$1/lib/modules" ] && "$1/bin/java" -version 2>&1 | grep -q 'version "25[".-]'
    fi
}

jdk_homes() {
    [ -z "${JAVA_HOME:-}" ] || printf '%s\n' "$JAVA_HOME"
    [ -z "${JAVA25_HOME:-}" ] || printf '%s\n' "$JAVA25_HOME"
    if on_path=$(command -v java); then
        dirname "$(dirname "$(behind_links "$on_path")")"
    fi
    for home in "$cache"/jdk-25*/Contents/Home "$cache"/jdk-25* \
        /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/java/* /opt/*jdk* \
        "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.local/share/mise/installs/java/* \
        "$HOME"/.asdf/installs/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home \
        "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
        [ ! -d "$home" ] || printf '%s\n' "$home"
    done
}

find_jdk() {
    jdk=$(jdk_homes | while read -r home; do
        if is_jdk_25 "$home"; then
            printf '%s\n' "$home"
            break
        fi
    done)
    [ -n "$jdk" ] || {
        why='not in JAVA_HOME, PATH or the usual folders'
        return 1
    }
    JAVA25_HOME=$jdk # where Maven's toolchain plugin looks
    export JAVA25_HOME
}

# Maven starts with the Java that it finds itself, which knows the machine's certificates; without one, with the JDK 25.
find_maven() {
    for bin in "$cache"/apache-maven-*/bin; do
        [ ! -x "$bin/mvn" ] || PATH=$PATH:$bin
    done
    why='not in PATH'
    command -v mvn >/dev/null || return 1
    [ -n "${jdk:-}" ] || return 0 # judged again once a JDK is there
    seen=$(mvn -v 2>/dev/null) || seen=
    case $(major "$(printf '%s\n' "$seen" | sed -n 's/^Java version: //p')") in
        '' | ? | 1[0-6])
            JAVA_HOME=$jdk
            MAVEN_OPTS="${MAVEN_OPTS:-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
            export JAVA_HOME MAVEN_OPTS
            seen=$(mvn -v 2>/dev/null) || seen=
            ;;
    esac
    case $(printf '%s\n' "$seen" | sed -n 's/.*Apache Maven \([0-9]*\.[0-9]*\).*/\1/p') in
        3.[89] | 3.[1-9][0-9] | [4-9].*) ;;
        *)
            why="$(command -v mvn) is no Maven 3.8 or newer"
            return 1
            ;;
    esac
}

find_node() {
    [ -f "$root/web/ui/package.json" ] || return 0
    for bin in "$cache"/node-v*/bin; do
        [ ! -x "$bin/node" ] || {
            PATH=$bin:$PATH
            break
        }
    done
    why='not in PATH'
    command -v node >/dev/null || return 1
    seen=$(node --version 2>/dev/null) || seen=
    if [ "$(major "${seen:-0}")" -lt 20 ]; then
        why="$(command -v node) is ${seen:-broken}"
        return 1
    fi
    why='npm is not in PATH'
    command -v npm >/dev/null
}

find_git() {
    why='not in PATH'
    command -v git >/dev/null
}

find_tmux() {
    why='not in PATH'
    command -v tmux >/dev/null
}

find_chromium() {
    for name in chromium chromium-browser google-chrome google-chrome-stable \
        '/Applications/Chromium.app/Contents/MacOS/Chromium' \
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'; do
        if chromium=$(command -v "$name"); then return 0; fi
    done
    why='not in PATH'
    return 1
}
