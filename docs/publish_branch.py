"""Publishes a built site: `python docs/publish_branch.py SITE VERSION`.

Puts it among the versions of the branch gh-pages, which GitHub Pages serves, and pushes the branch.
The branch has one commit only, as what main says changes with each push.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from publish import publish

_BRANCH = "gh-pages"
_AUTHOR = ("-c", "user.name=documentation", "-c", "user.email=documentation@localhost")


def main(site: Path, version: str) -> None:
    """Publish a site as a version of the documentation."""
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder) / "pages"
        _git("worktree", "add", "--detach", str(pages))
        try:
            if _git("ls-remote", "--heads", "origin", _BRANCH):
                _git("fetch", "--depth=1", "origin", _BRANCH, folder=pages)
                _git("checkout", "--detach", "FETCH_HEAD", folder=pages)
            else:
                _git("rm", "-r", "--force", "--quiet", "--ignore-unmatch", ".", folder=pages)
            publish(site, pages, version)
            _git("add", "--all", folder=pages)
            tree = _git("write-tree", folder=pages).strip()
            commit = [*_AUTHOR, "commit-tree", tree, "-m", f"Documentation of {version}"]
            made = _git(*commit, folder=pages).strip()
            _git("push", "--force", "origin", f"{made}:refs/heads/{_BRANCH}", folder=pages)
        finally:
            _git("worktree", "remove", "--force", str(pages))


def _git(*arguments: str, folder: Path | None = None) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return done.stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2])
