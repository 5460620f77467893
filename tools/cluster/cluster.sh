#!/bin/bash
# A whole single-node Kubernetes on this machine, for tests: upstream etcd, API server, controllers, scheduler, kubelet, kube-proxy, DNS and
# kubectl, linked into one program, with Debian's containerd, runc and CNI plugins. Built once and kept in the user's cache folder.
# Its credentials are fixed and everything is on the host's network: never for anything but tests.
#
#   cluster.sh build        build it if it is not there yet; says where the program is
#   cluster.sh find         the program's path if it is built, else exit status 1
#   cluster.sh up           start it (installs and builds what is missing); prints the path of its kubeconfig
#   cluster.sh down         stop it and remove what it made, but not the built programs
#   cluster.sh status       what of it runs
#   cluster.sh load F       import an image archive (docker save) into the node; - is standard input
#   cluster.sh gateway [PORT]  start Traefik as its Gateway API and Ingress controller on 127.0.0.1:PORT (18000)
#   cluster.sh kubectl ...  the kubectl of the same version
#   cluster.sh logs C       the log of etcd, apiserver, controller-manager, scheduler, kubelet, proxy, dns, containerd or gateway
#   cluster.sh kill C       kill -9 one of them; start C starts it again as it was
#
# Any other cluster does as well: set SLIPWAY_TEST_KUBECONFIG. Needs Linux, root, Go and apt-get.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=${SLIPWAY_CLUSTER_DIR:-/var/tmp/slipway-cluster}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/slipway
version=1.34.4
api_port=${SLIPWAY_CLUSTER_PORT:-16443}
pods=10.77.0.0/16
services=10.96.0.0/16
dns=169.254.77.10
node=slipway-node
token=slipway-test-admin
kube=$cache/kubernetes-$version-$(cat "$here"/go.mod "$here"/*.go | sha256sum | cut -c1-16)

say() { echo "cluster: $*" >&2; }
die() { say "$*"; exit 1; }

need_root() { [ "$(id -u)" = 0 ] || die "needs root: containers, network and cgroups are made on this machine"; }

packages() {
    local missing=()
    command -v containerd >/dev/null || missing+=(containerd)
    command -v runc >/dev/null || missing+=(runc)
    command -v conntrack >/dev/null || missing+=(conntrack)
    command -v iptables >/dev/null || missing+=(iptables)
    command -v openssl >/dev/null || missing+=(openssl)
    [ -x /usr/lib/cni/bridge ] || missing+=(containernetworking-plugins)
    [ -x /bin/busybox ] && /bin/busybox --list >/dev/null 2>&1 || missing+=(busybox-static)
    [ ${#missing[@]} = 0 ] && return
    say "installing ${missing[*]}"
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$root/apt.log" 2>&1 \
        || die "could not install ${missing[*]}: see $root/apt.log"
}

find_go() {
    go=go
    command -v go >/dev/null || go=/usr/local/go/bin/go
    command -v "$go" >/dev/null || die "needs Go to build $1: install it and try again"
}

# compiled PROGRAM TITLE FOLDER ARGUMENTS...: go build, once, by one of those who ask at the same time
compiled() {
    local program=$1 title=$2 folder=$3; shift 3
    [ -x "$program" ] && return
    find_go "$title"
    mkdir -p "$cache"
    exec 9>"$program.lock"
    flock 9
    if [ ! -x "$program" ]; then
        say "building $title (once, some minutes; the log is $program.log)"
        (cd "$folder" && CGO_ENABLED=0 nice "$go" build -trimpath -o "$program.part" "$@") >"$program.log" 2>&1 9>&- \
            || die "could not build $title: see $program.log"
        mv "$program.part" "$program"
    fi
    exec 9>&-
}

build() {
    local v=k8s.io/component-base/version
    compiled "$kube" "Kubernetes $version" "$here" -ldflags "-s -w \
        -X $v.gitVersion=v$version -X $v.gitMajor=1 -X $v.gitMinor=34 -X $v.gitTreeState=clean" .
}

# start NAME COMMAND...: in a session of its own, with a log and a pid file; how it was started is kept for `start NAME`
start() {
    local name=$1; shift
    if [ $# = 0 ]; then
        [ -f "$root/command/$name" ] || die "$name was not started yet"
        ! alive "$name" || return 0
        mapfile -d '' -t command <"$root/command/$name"
        set -- "${command[@]}"
    fi
    printf '%s\0' "$@" >"$root/command/$name"
    setsid "$@" >>"$root/log/$name" 2>&1 </dev/null 8>&- 9>&- &
    echo $! >"$root/pid/$name"
}

alive() { [ -f "$root/pid/$1" ] && kill -0 "$(cat "$root/pid/$1")" 2>/dev/null; }

# wait_for SECONDS WHAT COMMAND...
wait_for() {
    local limit=$1 what=$2; shift 2
    local end=$((SECONDS + limit))
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || die "$what was not ready after $limit s: see $root/log"
        sleep 0.3
    done
}

kubeconfig() { # FILE USER TOKEN
    cat >"$1" <<EOF
apiVersion: v1
kind: Config
clusters: [{ name: slipway, cluster: { server: "https://127.0.0.1:$api_port", certificate-authority: $root/pki/ca.crt } }]
users: [{ name: $2, user: { token: $3 } }]
contexts: [{ name: slipway, context: { cluster: slipway, user: $2 } }]
current-context: slipway
EOF
}

pki() {
    [ -f "$root/pki/done" ] && return
    mkdir -p "$root/pki"
    cd "$root/pki"
    openssl genrsa -out ca.key 2048
    openssl req -x509 -new -key ca.key -days 3650 -subj /CN=slipway-cluster -out ca.crt
    local san="DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,IP:127.0.0.1,IP:10.96.0.1,IP:$1"
    sign() { # NAME SUBJECT EXTENSIONS
        openssl genrsa -out "$1.key" 2048
        openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
        openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out "$1.crt" -extfile <(echo "$3")
    }
    sign apiserver /CN=kube-apiserver "subjectAltName=$san
extendedKeyUsage=serverAuth"
    sign kubelet "/O=system:nodes/CN=system:node:$node" "subjectAltName=DNS:$node,IP:127.0.0.1,IP:$1
extendedKeyUsage=serverAuth,clientAuth"
    sign kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client "extendedKeyUsage=clientAuth"
    sign proxy-client /CN=front-proxy-client "extendedKeyUsage=clientAuth"
    openssl genrsa -out sa.key 2048
    touch done
    cd - >/dev/null
}

images() {
    # The images that a cluster with no public registry needs: its own pause, and a small busybox for tests, also for another user.
    local tree=$root/image
    [ -f "$root/image/done" ] && return
    rm -rf "$tree"; mkdir -p "$tree"
    python3 - "$tree" /bin/busybox <<'EOF'
import hashlib, io, json, pathlib, subprocess, sys, tarfile
tree, busybox = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])

def layer(entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, kind, value, mode in entries:
            info = tarfile.TarInfo(name)
            info.mode = mode
            if kind == "dir":
                info.type = tarfile.DIRTYPE; tar.addfile(info)
            elif kind == "link":
                info.type = tarfile.SYMTYPE; info.linkname = value; tar.addfile(info)
            else:
                info.size = len(value); tar.addfile(info, io.BytesIO(value))
    return out.getvalue()

def archive(path, ref, blob, config):
    digest = hashlib.sha256(blob).hexdigest()
    text = json.dumps({"architecture": "amd64", "os": "linux", "config": config,
                       "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest]}}).encode()
    name = hashlib.sha256(text).hexdigest() + ".json"
    manifest = json.dumps([{"Config": name, "RepoTags": [ref], "Layers": [digest + "/layer.tar"]}]).encode()
    with tarfile.open(path, "w") as tar:
        for member, data in ((name, text), (digest + "/layer.tar", blob), ("manifest.json", manifest)):
            info = tarfile.TarInfo(member); info.size = len(data); tar.addfile(info, io.BytesIO(data))

applets = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
entries = [("bin", "dir", None, 0o755), ("tmp", "dir", None, 0o1777), ("etc", "dir", None, 0o755), ("var", "dir", None, 0o755),
           ("etc/passwd", "file", b"root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n", 0o644),
           ("etc/group", "file", b"root:x:0:\nnogroup:x:65534:\n", 0o644),
           ("bin/busybox", "file", busybox.read_bytes(), 0o755)]
entries += [("bin/" + a, "link", "busybox", 0o777) for a in applets if a != "busybox"]
blob = layer(entries)
env = ["PATH=/bin"]
archive(tree / "busybox.tar", "localhost/busybox:latest", blob, {"Env": env, "Cmd": ["sh"]})
archive(tree / "nobody.tar", "localhost/busybox:nobody", blob, {"Env": env, "Cmd": ["sh"], "User": "65534"})
archive(tree / "pause.tar", "localhost/pause:latest", blob, {"Env": env, "Entrypoint": ["/bin/busybox", "sleep", "infinity"]})
EOF
    touch "$tree/done"
}

containerd_up() {
    mkdir -p "$root/containerd" "$root/cni"
    cat >"$root/containerd.toml" <<EOF
version = 2
root = "$root/containerd/root"
state = "/run/slipway-cluster/containerd"
[grpc]
  address = "/run/slipway-cluster/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:latest"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$root/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$root/registries"
EOF
    mkdir -p "$root/registries"
    cat >"$root/cni/10-slipway.conflist" <<EOF
{ "cniVersion": "1.0.0", "name": "slipway", "plugins": [
  { "type": "bridge", "bridge": "slipway-cni", "isGateway": true, "ipMasq": true, "hairpinMode": true,
    "ipam": { "type": "host-local", "ranges": [[{ "subnet": "$pods" }]], "routes": [{ "dst": "0.0.0.0/0" }],
              "dataDir": "$root/ipam" } },
  { "type": "portmap", "capabilities": { "portMappings": true } } ] }
EOF
    start containerd containerd --config "$root/containerd.toml"
    wait_for 30 containerd ctr -a /run/slipway-cluster/containerd.sock version
    load "$root/image/pause.tar"
    load "$root/image/busybox.tar"
    load "$root/image/nobody.tar"
}

load() { ctr -a /run/slipway-cluster/containerd.sock -n k8s.io images import "$1" >/dev/null; }

up() {
    need_root
    mkdir -p "$root"/{log,pid,command} /run/slipway-cluster
    if alive apiserver && alive kubelet; then say "already up"; echo "$root/kubeconfig"; return; fi
    packages
    build
    local ip
    ip=$(ip -4 route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p'); [ -n "$ip" ] || ip=$(hostname -I | cut -d' ' -f1)
    [ -n "$ip" ] || die "this machine has no address besides loopback"
    pki "$ip" 2>>"$root/log/pki"
    images
    sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.route_localnet=1 || true
    modprobe -qa br_netfilter overlay 2>/dev/null || true
    for chain in FORWARD; do
        iptables -C $chain -s "$pods" -j ACCEPT 2>/dev/null || iptables -I $chain -s "$pods" -j ACCEPT
        iptables -C $chain -d "$pods" -j ACCEPT 2>/dev/null || iptables -I $chain -d "$pods" -j ACCEPT
    done
    ip addr replace "$dns/32" dev lo

    printf '%s\n' "$token,admin,admin,system:masters" "$token-kubelet,system:node:$node,kubelet,system:nodes" \
        "$token-controllers,system:kube-controller-manager,controllers" "$token-scheduler,system:kube-scheduler,scheduler" \
        "$token-proxy,system:kube-proxy,proxy" >"$root/tokens.csv"
    kubeconfig "$root/kubeconfig" admin "$token"
    kubeconfig "$root/kubelet.conf" kubelet "$token-kubelet"
    kubeconfig "$root/controllers.conf" controllers "$token-controllers"
    kubeconfig "$root/scheduler.conf" scheduler "$token-scheduler"
    kubeconfig "$root/proxy.conf" proxy "$token-proxy"

    start etcd "$kube" etcd --data-dir "$root/etcd" --unsafe-no-fsync --log-level warn \
        --listen-client-urls http://127.0.0.1:12379 --advertise-client-urls http://127.0.0.1:12379 --listen-peer-urls http://127.0.0.1:12380
    containerd_up
    start apiserver "$kube" apiserver --etcd-servers http://127.0.0.1:12379 --bind-address 0.0.0.0 --secure-port "$api_port" \
        --advertise-address "$ip" --allow-privileged --authorization-mode Node,RBAC --token-auth-file "$root/tokens.csv" \
        --tls-cert-file "$root/pki/apiserver.crt" --tls-private-key-file "$root/pki/apiserver.key" --client-ca-file "$root/pki/ca.crt" \
        --service-account-key-file "$root/pki/sa.key" --service-account-signing-key-file "$root/pki/sa.key" \
        --service-account-issuer https://kubernetes.default.svc.cluster.local --service-cluster-ip-range "$services" \
        --kubelet-client-certificate "$root/pki/kubelet-client.crt" --kubelet-client-key "$root/pki/kubelet-client.key" \
        --kubelet-certificate-authority "$root/pki/ca.crt" --kubelet-preferred-address-types InternalIP \
        --requestheader-client-ca-file "$root/pki/ca.crt" --requestheader-allowed-names front-proxy-client \
        --requestheader-username-headers X-Remote-User --requestheader-group-headers X-Remote-Group \
        --requestheader-extra-headers-prefix X-Remote-Extra- \
        --proxy-client-cert-file "$root/pki/proxy-client.crt" --proxy-client-key-file "$root/pki/proxy-client.key" \
        --enable-admission-plugins NodeRestriction --service-node-port-range 30000-32767
    export KUBECONFIG=$root/kubeconfig
    wait_for 120 "the API server" "$kube" kubectl get --raw /readyz
    start controller-manager "$kube" controller-manager --kubeconfig "$root/controllers.conf" --use-service-account-credentials \
        --root-ca-file "$root/pki/ca.crt" --service-account-private-key-file "$root/pki/sa.key" --leader-elect=false \
        --authentication-kubeconfig "$root/controllers.conf" --authorization-kubeconfig "$root/controllers.conf" \
        --cluster-signing-cert-file "$root/pki/ca.crt" --cluster-signing-key-file "$root/pki/ca.key" --bind-address 127.0.0.1
    start scheduler "$kube" scheduler --kubeconfig "$root/scheduler.conf" --leader-elect=false --bind-address 127.0.0.1 \
        --authentication-kubeconfig "$root/scheduler.conf" --authorization-kubeconfig "$root/scheduler.conf"
    cat >"$root/kubelet.yaml" <<EOF
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix:///run/slipway-cluster/containerd.sock
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
clusterDNS: ["$dns"]
clusterDomain: cluster.local
resolvConf: $root/resolv.conf
authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: $root/pki/ca.crt } }
authorization: { mode: Webhook }
tlsCertFile: $root/pki/kubelet.crt
tlsPrivateKeyFile: $root/pki/kubelet.key
evictionHard: { memory.available: "200Mi", nodefs.available: "1%", imagefs.available: "1%" }
imageGCHighThresholdPercent: 100
maxPods: 200
registerNode: true
podLogsDir: $root/pod-logs
syncFrequency: 10s
EOF
    grep -v '^nameserver 127\.' /etc/resolv.conf >"$root/resolv.conf" || true
    start kubelet "$kube" kubelet --config "$root/kubelet.yaml" --kubeconfig "$root/kubelet.conf" --hostname-override "$node" \
        --node-ip "$ip" --root-dir "$root/kubelet" --cert-dir "$root/kubelet-certs"
    cat >"$root/proxy.yaml" <<EOF
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: { kubeconfig: $root/proxy.conf }
clusterCIDR: $pods
mode: iptables
hostnameOverride: $node
conntrack: { maxPerCore: 0, min: 0 }
nodePortAddresses: ["127.0.0.0/8", "$ip/32"]
EOF
    start proxy "$kube" proxy --config "$root/proxy.yaml"
    cat >"$root/Corefile" <<EOF
.:53 {
    bind $dns
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        kubeconfig $root/kubeconfig slipway
        fallthrough in-addr.arpa ip6.arpa
    }
$( [ -s "$root/resolv.conf" ] && grep -q '^nameserver' "$root/resolv.conf" && echo "    forward . $root/resolv.conf" )
    cache 5
}
EOF
    start dns "$kube" dns -conf "$root/Corefile"
    wait_for 60 "the node" bash -c "'$kube' kubectl get node $node -o jsonpath='{.status.conditions[?(@.type==\"Ready\")].status}' | grep -q True"
    wait_for 30 "the default service account" "$kube" kubectl -n default get serviceaccount default
    say "up: $("$kube" kubectl version -o json | sed -n 's/.*"gitVersion": "\(.*\)",/\1/p' | tail -1)"
    echo "$root/kubeconfig"
}

gateway() {
    local port=${1:-18000} program crds
    alive apiserver || die "no cluster: cluster up first"
    alive gateway && die "the gateway runs already"
    program=$cache/traefik-$(sha256sum "$here/gateway/go.mod" | cut -c1-16)
    compiled "$program" Traefik "$here/gateway" -ldflags "-s -w" github.com/traefik/traefik/v3/cmd/traefik
    find_go Traefik
    crds=$(cd "$here/gateway" && "$go" mod download -json sigs.k8s.io/gateway-api | sed -n 's/.*"Dir": "\(.*\)",/\1/p')/config/crd/standard
    export KUBECONFIG=$root/kubeconfig
    "$kube" kubectl apply --server-side -f "$crds" >/dev/null
    "$kube" kubectl wait --for=condition=Established crd/gateways.gateway.networking.k8s.io crd/httproutes.gateway.networking.k8s.io --timeout=30s >/dev/null
    "$kube" kubectl apply --server-side -f - >/dev/null <<EOF
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: traefik }
spec: { controllerName: traefik.io/gateway-controller }
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: traefik, annotations: { ingressclass.kubernetes.io/is-default-class: "true" } }
spec: { controller: traefik.io/ingress-controller }
EOF
    start gateway "$program" "--entryPoints.web.address=127.0.0.1:$port" --providers.kubernetesgateway=true --providers.kubernetesingress=true \
        --global.checknewversion=false --global.sendanonymoususage=false --ping=true --ping.entryPoint=web
    wait_for 20 "the gateway" bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"
    say "gateway class traefik answers on http://127.0.0.1:$port; a Gateway's listener names port $port"
}

down() {
    need_root
    local name pid end
    for name in gateway proxy kubelet dns; do alive $name && kill "$(cat "$root/pid/$name")" 2>/dev/null || true; done
    if alive containerd; then
        ctr -a /run/slipway-cluster/containerd.sock -n k8s.io tasks ls -q 2>/dev/null | while read -r task; do
            ctr -a /run/slipway-cluster/containerd.sock -n k8s.io tasks kill -s SIGKILL "$task" 2>/dev/null || true
        done
    fi
    for name in scheduler controller-manager apiserver etcd; do alive $name && kill "$(cat "$root/pid/$name")" 2>/dev/null || true; done
    sleep 1
    if [ -d "$root/pid" ]; then
        alive containerd && kill "$(cat "$root/pid/containerd")" 2>/dev/null || true
        end=$((SECONDS + 10))
        for name in "$root"/pid/*; do
            pid=$(cat "$name")
            while kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $end ]; do sleep 0.2; done
            kill -9 "$pid" 2>/dev/null || true
        done
    fi
    # shims hold mounts below the state folders
    for pid in $(pgrep -f 'containerd-shim-runc-v2.*/run/slipway-cluster/' || true); do kill -9 "$pid" 2>/dev/null || true; done
    grep -E " (/run/slipway-cluster|$root)/" /proc/mounts | cut -d' ' -f2 | sort -r | while read -r mount; do umount -l "$mount" 2>/dev/null || true; done
    for chain in FORWARD; do
        iptables -D $chain -s "$pods" -j ACCEPT 2>/dev/null || true
        iptables -D $chain -d "$pods" -j ACCEPT 2>/dev/null || true
    done
    [ -x "$kube" ] && [ -f "$root/proxy.yaml" ] && "$kube" proxy --config "$root/proxy.yaml" --cleanup >/dev/null 2>&1 || true
    ip link del slipway-cni 2>/dev/null || true
    ip addr del "$dns/32" dev lo 2>/dev/null || true
    rm -rf "$root" /run/slipway-cluster
}

case ${1:-} in
build) build && echo "$kube" ;;
find) [ -x "$kube" ] && echo "$kube" ;;
up) need_root; exec 8>"${root%/}.lock"; flock 8; up ;; # one at a time: the second finds it up
down) down ;;
status) for f in "$root"/pid/*; do n=$(basename "$f"); alive "$n" && echo "$n runs" || echo "$n is down"; done ;;
load) load "$2" ;;
gateway) gateway "${2:-18000}" ;;
kubectl) shift; KUBECONFIG=$root/kubeconfig exec "$kube" kubectl "$@" ;;
logs) cat "$root/log/$2" ;;
kill) alive "$2" && kill -9 "$(cat "$root/pid/$2")" ;;
start) start "$2" ;;
*) sed -n '2,20s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
