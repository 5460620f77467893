package io.slipway.runners.buildkit;

import java.util.List;

/// What runs in a builder's container beside BuildKit: two scripts for its shell, since every image
/// of rootless BuildKit has one.
public final class BuilderScripts {
    /// BuildKit's data with everything that is kept.
    public static final String DATA = "/home/user/.local/share/buildkit";

    /// Where its socket is: a tmpfs.
    public static final String RUN = "/run/slipway";

    /// Ends by itself when nothing was built for a while, so that nobody has to remember it. What
    /// sessions left whose container was killed goes at the start. Commands of Dockerfiles get a
    /// process namespace of their own where the container's system paths are not masked.
    private static final String START =
            """
            data=%s
            rm -rf "$data/slipway"
            mkdir -p "$data/slipway" "$data/slipway-from/blobs/sha256" || exit 90
            sandbox=--oci-worker-no-process-sandbox
            ! rootlesskit --pidns true >/dev/null 2>&1 || sandbox=
            rootlesskit buildkitd --addr unix://%s/buildkitd.sock --root "$data" $sandbox &
            daemon=$!
            trap 'kill "$daemon" 2>/dev/null' TERM INT
            idle=0
            while kill -0 "$daemon" 2>/dev/null && [ "$idle" -lt "$1" ]; do
              sleep 5 &
              wait $!
              idle=$((idle + 5))
              for session in "$data"/slipway/*; do [ ! -e "$session" ] || idle=0; done
            done
            kill "$daemon" 2>/dev/null
            wait "$daemon"
            """
                    .formatted(DATA, RUN);

    /// Does what its input says, one line each, and answers with lines that begin with a word which
    /// nothing but its caller knows. The end of its input ends it, and a build with it.
    private static final String SESSION =
            """
            word=$1 data=%s addr=unix://%s/buildkitd.sock
            dir=$data/slipway/$word from=$data/slipway-from
            umask 022
            mkdir -p "$dir" || exit 90
            trap '' PIPE
            trap 'rm -rf "$dir"' EXIT
            trap 'exit 143' HUP INT TERM
            exec 3<&0 </dev/null
            counts() {
              oom=$(cat /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control \\
                2>/dev/null | sed -n 's/^oom_kill //p' | head -n 1)
              pids=$(cat /sys/fs/cgroup/pids.events /sys/fs/cgroup/pids/pids.events \\
                2>/dev/null | sed -n 's/^max //p' | head -n 1)
              echo "${oom:-0} ${pids:-0}"
            }
            take() {
              while IFS= read -r size <&3 && [ "$size" -gt 0 ]; do
                dd bs="$size" count=1 iflag=fullblock <&3 2>/dev/null
              done
            }
            size() { echo $(($(wc -c <"$1"))); }
            tries=0
            until buildctl --addr "$addr" debug workers >/dev/null 2>&1; do
              tries=$((tries + 1))
              [ "$tries" -lt 300 ] || exit 91
              sleep 0.1
            done
            echo "$word ready $(counts)"
            while IFS=' ' read -r verb what bytes <&3; do
              case $verb in
                tar)
                  rm -rf "$dir/$what"
                  mkdir -p "$dir/$what"
                  if take | tar xf - -C "$dir/$what" 2>&1; then echo "$word done"
                  else echo "$word failed"; fi
                  ;;
                has)
                  if [ -f "$from/blobs/sha256/$what" ]; then echo "$word yes"
                  else echo "$word no"; fi
                  ;;
                blob)
                  take >"$dir/blob"
                  if [ "$(size "$dir/blob")" = "$bytes" ]; then
                    mv "$dir/blob" "$from/blobs/sha256/$what" && echo "$word done"
                  else echo "$word failed"; fi
                  ;;
                build)
                  set --
                  while IFS= read -r line <&3 && [ -n "$line" ]; do set -- "$@" "$line"; done
                  [ -f "$from/index.json" ] || {
                    echo '{"imageLayoutVersion":"1.0.0"}' >"$from/oci-layout"
                    echo '{"schemaVersion":2,"manifests":[]}' >"$from/index.json"
                  }
                  rm -rf "$dir/image"
                  buildctl --addr "$addr" build --progress rawjson --frontend dockerfile.v0 \\
                    --local context="$dir/context" --local dockerfile="$dir/dockerfile" \\
                    --opt filename=Dockerfile --oci-layout slipway="$from" \\
                    --output "type=oci,dest=$dir/image,tar=false" "$@" 2>&1 &
                  build=$!
                  { read -r line <&3; kill -TERM "$build"; } 2>/dev/null &
                  watch=$!
                  wait "$build"
                  code=$?
                  kill "$watch" 2>/dev/null
                  wait "$watch" 2>/dev/null
                  echo "$word exit $code $(counts)"
                  ;;
                get)
                  if [ -f "$dir/image/$what" ]; then
                    echo "$word size $(size "$dir/image/$what")"
                    cat "$dir/image/$what"
                  else echo "$word failed"; fi
                  ;;
              esac
            done
            """
                    .formatted(DATA, RUN);

    private BuilderScripts() {}

    /// What a builder's container runs: BuildKit, until it was idle for so long.
    public static List<String> start(long idleSeconds) {
        return List.of("sh", "-c", START, "builder", Long.toString(idleSeconds));
    }

    /// What a session runs.
    ///
    /// @param word of the session: hexadecimal digits
    static List<String> session(String word) {
        return List.of("sh", "-c", SESSION, "session", word);
    }
}
