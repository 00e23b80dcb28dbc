"""A stand-in for kubectl: a cluster of two hosts, of which the state is a file.

It knows what the library asks of kubectl, and starts no container: a pod is ready when it is there.
"""
# ruff: noqa: T201 - a command

import contextlib
import fcntl
import http.server
import json
import os
import socketserver
import sys
import time
import urllib.parse
from pathlib import Path

STATE = Path(os.environ["STAND_IN"])
HOSTS = ("one", "two")


def now():
    """The time as Kubernetes writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


@contextlib.contextmanager
def alone():
    """Keep other processes from changing the state."""
    with STATE.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def load():
    """What there is: by kind and name, and what was drained."""
    return json.loads(STATE.read_text())


def save(state):
    """Write it, so that readers see all or nothing of it."""
    new = STATE.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps(state))
    new.replace(STATE)


def reconcile(state):
    """Have as many pods as workloads want, on hosts that are not drained."""
    free = [host for host in HOSTS if host not in state["drained"]]
    for name, workload in state["Deployment"].items():
        wanted = workload["spec"]["replicas"]
        pods = {key: pod for key, pod in state["Pod"].items() if key.startswith(f"{name}-")}
        for key in list(pods)[wanted:]:
            del state["Pod"][key]
        for number in range(len(pods), wanted):
            state["count"] += 1
            key = f"{name}-{state['count']}"
            state["Pod"][key] = {
                "metadata": {
                    "name": key,
                    "namespace": workload["metadata"]["namespace"],
                    "labels": {"app": name},
                    "creationTimestamp": "2026-11-30T00:00:00Z",
                },
                "spec": {
                    "nodeName": free[number % len(free)],
                    "containers": workload["spec"]["template"]["spec"]["containers"],
                },
                "status": {
                    "phase": "Running",
                    "conditions": [{"type": "Ready", "status": "True"}],
                },
            }
        workload["status"] = {
            "observedGeneration": 1,
            **dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas"), wanted),
        }
    save(state)


class API(http.server.BaseHTTPRequestHandler):
    """The API, as far as it is asked for."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Respond with a list or a log."""
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        state = load()
        last = url.path.rpartition("/")[2]
        if last == "log":
            return self.respond(200, f"{now()} listening\n")
        items = {
            "nodes": [
                {
                    "metadata": {"name": host},
                    "status": {"conditions": [{"type": "Ready", "status": "True"}]},
                }
                for host in HOSTS
            ],
            "events": [
                {
                    "involvedObject": {"kind": "Pod", "name": "web-1"},
                    "lastTimestamp": now(),
                    "reason": "Started",
                    "message": "Started container web",
                    "type": "Normal",
                }
            ],
            "pods": list(state["Pod"].values()),
            "deployments": list(state["Deployment"].values()),
            "services": list(state["Service"].values()),
        }.get(last, [])
        key, _, value = query.get("fieldSelector", "").partition("=")
        if key == "metadata.name":
            items = [each for each in items if each["metadata"]["name"] == value]
        if key == "spec.nodeName":
            items = [each for each in items if each["spec"]["nodeName"] == value]
        return self.respond(200, json.dumps({"items": items}))

    def do_POST(self):
        """Evict a pod, and refuse the next request for that."""
        self.rfile.read(int(self.headers["Content-Length"]))
        with alone():
            state = load()
            if state["budget"] <= 0:
                state["budget"] = 1
                save(state)
                return self.respond(429, json.dumps({"message": "the budget forbids it"}))
            state["budget"] -= 1
            state["Pod"].pop(self.path.split("/")[-2], None)
            reconcile(state)
        return self.respond(201, "{}")

    def respond(self, status, text):
        """Send a response."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_words):
        """Say nothing."""

    def address_string(self):
        """There is no address of a client."""
        return ""


class Page(http.server.BaseHTTPRequestHandler):
    """What a pod serves: its name."""

    def do_GET(self):
        """Respond with it, and end with the pod."""
        name = sys.argv[-2].removeprefix("pod/")
        if name not in load()["Pod"]:
            os._exit(1)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(name.encode())

    def log_message(self, *_words):
        """Say nothing."""


def main(words):
    """Do what a command says."""
    options = [word for word in words if word.startswith("-")]
    command, *words = [word for word in words if not word.startswith("-")]
    if command == "proxy":
        with socketserver.ThreadingUnixStreamServer("proxy.sock", API) as server:
            print("Starting to serve on proxy.sock", flush=True)
            server.serve_forever()
    elif command == "port-forward":
        with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
            print(f"Forwarding from 127.0.0.1:{server.server_port} -> {words[1]}", flush=True)
            server.serve_forever()
    else:
        with alone():
            change(command, options, words)


def change(command, options, words):  # noqa: C901, PLR0912 - a branch for each command
    """Do what a command says that does not serve."""
    state = load()
    state["commands"].append(command)
    save(state)
    if command == "kustomize":
        described = json.loads((Path(words[0]) / "kustomization.yaml").read_text())
        files = [Path(words[0], each) for each in described["resources"]]
        documents = [doc for each in files for doc in json.loads(each.read_text())["items"]]
        for each in documents:
            if each["kind"] != "PersistentVolume":
                each["metadata"]["namespace"] = described["namespace"]
        print(json.dumps({"kind": "List", "items": documents}))
    elif command == "api-versions":
        print("v1\napps/v1\nbatch/v1\npolicy/v1")
    elif command == "create" and words[:1] == ["namespace"]:
        state["Namespace"][words[1]] = {}
    elif command == "create":
        file = next(o for o in options if o.startswith("--filename")).partition("=")[2]
        print(Path(file).read_text())
    elif command == "delete" and words[0] == "namespace":
        for name in words[1:]:
            state["Namespace"].pop(name)
    elif command == "get" and words[0] == "namespace":
        print("\n".join(f"namespace/{name}" for name in words[1:] if name in state["Namespace"]))
    elif command == "cordon":
        state["drained"].append(words[0])
    elif command == "uncordon":
        state["drained"] = [each for each in state["drained"] if each not in words]
    elif command == "scale":
        number = next(o for o in options if o.startswith("--replicas")).partition("=")[2]
        state["Deployment"][words[0].partition("/")[2]]["spec"]["replicas"] = int(number)
        reconcile(state)
    elif command == "apply":
        file = next(o for o in options if o.startswith("--filename")).partition("=")[2]
        for each in json.loads(Path(file).read_text())["items"]:
            state[each["kind"]][each["metadata"]["name"]] = each
            each["metadata"]["generation"] = 1
        reconcile(state)
    if command in {"create", "delete", "cordon", "uncordon"}:
        save(state)


if __name__ == "__main__":
    main(sys.argv[1:])
