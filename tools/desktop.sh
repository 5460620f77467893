#!/bin/sh
# Runs a command as on Docker Desktop: in a network of its own that has neither the engine's bridges nor the
# containers' addresses. Of the engine it reaches the socket and, on 127.0.0.1, the ports that containers publish.
# Linux, root, with an engine that is running: tools/desktop.sh ./slipway test -o
set -eu

if [ $# = 0 ]; then
    echo "usage: tools/desktop.sh COMMAND..." >&2
    exit 2
fi
name=slipway-desktop
here=10.199.0.1
there=10.199.0.2
state=$(mktemp -d)
ports=$state/ports

# Not `ip netns exec`: that hides /sys/fs/cgroup.
inside() { nsenter --net="/run/netns/$name" "$@"; }

tidy() {
    trap - EXIT
    [ -z "${events:-}" ] || kill "$events" 2>/dev/null || true
    ip netns delete "$name" 2>/dev/null || true
    iptables -w -t nat -D PREROUTING -i "$name" -s "$there" -p tcp -j DNAT --to-destination 127.0.0.1 2>/dev/null || true
    iptables -w -D FORWARD -i "$name" -j DROP 2>/dev/null || true
    rm -rf "$state"
}
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

ip netns add "$name"
ip link add "$name" type veth peer name engine netns "$name"
ip address add "$here/30" dev "$name"
ip link set "$name" up
inside ip address add "$there/30" dev engine
inside ip link set lo up
inside ip link set engine up
inside sysctl -q -w net.ipv4.conf.all.route_localnet=1
inside iptables -w -t nat -A POSTROUTING -o engine -j MASQUERADE
sysctl -q -w "net.ipv4.conf.$name.route_localnet=1"
iptables -w -t nat -I PREROUTING -i "$name" -s "$there" -p tcp -j DNAT --to-destination 127.0.0.1
iptables -w -I FORWARD -i "$name" -j DROP

# A published port is forwarded from the container's start to its end.
forward() {
    inside iptables -w -t nat "$1" OUTPUT -d 127.0.0.1 -p tcp --dport "$2" -j DNAT --to-destination "$here:$2"
}

follow() {
    while read -r action id; do
        case $action in
            start)
                docker port "$id" 2>/dev/null | sed -n 's/.* -> 127\.0\.0\.1:\([0-9]*\)$/\1/p' | while read -r port; do
                    echo "$id $port" >>"$ports"
                    forward -A "$port"
                done
                ;;
            die)
                sed -n "s/^$id //p" "$ports" | while read -r port; do forward -D "$port" || true; done
                sed -i "/^$id /d" "$ports"
                ;;
        esac
    done
}
: >"$ports"
mkfifo "$state/events"
docker events --filter type=container --filter event=start --filter event=die \
    --format '{{.Action}} {{.ID}}' >"$state/events" &
events=$!
follow <"$state/events" &

status=0
inside "$@" || status=$?
exit "$status"
