"""Runs a command where there are container engines, on a bare Debian machine too.

    python -m robot_cherrypy.tests.container_engine [--build] COMMAND [ARGUMENT ...]

Where the user is root and the packages docker.io or podman are installed, the command runs in
namespaces of its own. There `docker` and `podman` work and have the image `python:3-slim`, which is
Debian with its Python, made by mmdebstrap and kept in the user's cache folder. Nothing is left of
all that when the command has ended. It has no network but its own. A command that leaves something
in an engine, a process or a temporary file fails.

The environment variable CONTAINER_ENGINE, docker or podman, is for a command that needs only one.

In the folder CONTAINER_PACKAGES are the packages that `robot-cherrypy serve` needs in it.

With --build the command can build the images of deploy/: it finds their packages in the folder
of the environment variable CONTAINER_WHEELS, and in CONTAINER_STACK an archive with PostgreSQL and
HAProxy. Both are kept, too. What it leaves in the engines is removed with them.

Elsewhere the command runs as it is, and uses the engine of the machine if there is one. The exit
code is that of the command, or 1 if something is left.
"""

import os
import subprocess
import sys

from robot_cherrypy.tests.container_engine import box, image, wheels
from robot_cherrypy.tests.container_engine.errors import EngineError


def main():
    """Run the command of the command line; return its exit code."""
    command = sys.argv[1:]
    is_building = command[:1] == ["--build"]
    command = command[is_building:]
    if not command:
        sys.exit(__doc__)
    reason = box.why_not()
    if reason is None:
        try:
            base = image.base()
            os.environ["CONTAINER_PACKAGES"] = str(wheels.packages(base))
            if is_building:
                os.environ["CONTAINER_WHEELS"] = str(wheels.folder(base))
                os.environ["CONTAINER_STACK"] = str(image.stack())
            return box.run(command, base, is_building=is_building)
        except EngineError as error:
            reason = str(error)
    print(f"container_engine: NO ENGINE OF OUR OWN, as {reason}", file=sys.stderr, flush=True)
    environment = {**os.environ, "NO_CONTAINER_ENGINE": reason}
    return subprocess.run(command, check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
