"""Has HAProxy use the instances that are in the registry, without a file or a restart."""

import os
import select
import socket
import subprocess
import sys

KEYS = "/webapp_app/"
HAPROXY = ("127.0.0.1", 9999)

# How often to look without a change, in seconds: HAProxy may have been restarted.
INTERVAL = 1

# The bit of `srv_admin_state` of a server that nobody uses.
MAINTENANCE = 1


def main() -> None:
    """Follow the registry until it ends."""
    command = ("etcdctl", "watch", "--prefix", KEYS)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as changes:  # noqa: S603 - our own
        assert changes.stdout
        while changes.poll() is None:
            follow()
            if select.select([changes.stdout], [], [], INTERVAL)[0]:
                os.read(changes.stdout.fileno(), 65536)
    sys.exit("The registry does not tell of changes any more.")


def follow() -> None:
    """Have HAProxy use what is in the registry, and nothing else."""
    wanted, used, free = registered(), {}, []
    for server in servers():
        name, address = server["srv_name"], f"{server['srv_addr']}:{server['srv_port']}"
        if int(server["srv_admin_state"]) & MAINTENANCE:
            free.append(name)
        elif address in wanted and address not in used:
            used[address] = name
        else:
            say(f"{address} is gone")
            tell(f"set server instances/{name} state maint")
            free.append(name)
    for address, name in zip(sorted(wanted - used.keys()), free, strict=False):
        say(f"{address} is there")
        host, _, port = address.partition(":")
        tell(f"set server instances/{name} addr {host} port {port}")
        tell(f"set server instances/{name} state ready")


def registered() -> set[str]:
    """Return the addresses of all instances."""
    command = ("etcdctl", "get", "--prefix", "--print-value-only", KEYS)
    ended = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    return set(ended.stdout.split())


def servers() -> list[dict[str, str]]:
    """Return what HAProxy knows of its servers."""
    lines = tell("show servers state instances").splitlines()
    names = next(line for line in lines if line.startswith("# ")).split()[1:]
    return [dict(zip(names, line.split(), strict=False)) for line in lines if " instances " in line]


def say(what: str) -> None:
    """Write a line into the journal."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def tell(command: str) -> str:
    """Give HAProxy a command, and return what it says."""
    with socket.create_connection(HAPROXY, timeout=5) as connection:
        connection.sendall(f"{command}\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


if __name__ == "__main__":
    main()
