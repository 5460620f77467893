# shellcheck shell=sh
# What the launcher says, always on standard error: standard output belongs to the command.

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "slipway: $*"
    exit 1
}

# step WHAT COMMAND...: runs the command with its output kept in a file; one line with the time it took.
# When it fails, the end of what it printed follows.
step() {
    step_name=$1
    shift
    mkdir -p "$root/web/target"
    step_log=$root/web/target/launcher.log
    step_start=$(date +%s)
    printf '  %-24s ' "$step_name" >&2
    if "$@" </dev/null >"$step_log" 2>&1; then
        say "$(($(date +%s) - step_start)) s"
    else
        step_status=$?
        say "failed after $(($(date +%s) - step_start)) s"
        tail -n 60 "$step_log" >&2
        say "slipway: $step_name failed; all of its output: $step_log"
        return "$step_status"
    fi
}

# agreed QUESTION: true after --yes or CI=true, or when somebody at the terminal agrees.
agreed() {
    [ "$yes" != true ] || return 0
    [ -t 0 ] && [ -t 2 ] || return 1
    printf '%s [Y/n] ' "$1" >&2
    read -r answer || return 1
    case $answer in '' | [Yy]*) return 0 ;; *) return 1 ;; esac
}
