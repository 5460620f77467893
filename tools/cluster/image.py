"""image.py ARCHIVE REFERENCE PROGRAM: an image archive that holds one static program, /helper, and starts it."""

import hashlib
import io
import json
import platform
import sys
import tarfile

archive, reference, program = sys.argv[1:]


def entry(tar, name, data, mode):
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), mode
    tar.addfile(info, io.BytesIO(data))


layer = io.BytesIO()
with tarfile.open(fileobj=layer, mode="w") as tar:
    with open(program, "rb") as file:
        entry(tar, "helper", file.read(), 0o755)
digest = hashlib.sha256(layer.getvalue()).hexdigest()
architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
config = json.dumps({
    "architecture": architecture, "os": "linux", "config": {"Entrypoint": ["/helper"]},
    "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest]},
}).encode()
name = hashlib.sha256(config).hexdigest() + ".json"
manifest = json.dumps([{"Config": name, "RepoTags": [reference], "Layers": [digest + "/layer.tar"]}]).encode()
with tarfile.open(archive, "w") as tar:
    entry(tar, name, config, 0o644)
    entry(tar, digest + "/layer.tar", layer.getvalue(), 0o644)
    entry(tar, "manifest.json", manifest, 0o644)
