"""Puts a built site among the published versions: `python docs/publish.py SITE PAGES VERSION`.

PAGES is the folder that GitHub Pages serves. It has a folder for each version, in which the site
also lies as one file to download; `versions.html`, which lists them; and `index.html`, which leads
to the newest release, or to `main` before there is one. VERSION is a tag such as v1.2.0, or main.
"""

import html
import re
import shutil
import sys
from pathlib import Path

_MAIN = "main"
_ZIP = "robot_cherrypy-docs.zip"
_LIST = """\
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>robot_cherrypy: versions of the documentation</title>
<style>
body {{ font: 1em/1.6 sans-serif; margin: 2em auto; max-width: 40em; padding: 0 1em }}
</style>
<h1>Versions of the documentation</h1>
<ul>
{items}
</ul>
</html>
"""
_ITEM = '<li><a href="{0}/">{0}</a>{1} (<a href="{0}/{2}">to read offline</a>)'
_REDIRECT = """\
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>robot_cherrypy</title>
<meta http-equiv="refresh" content="0; url={0}/">
<p><a href="{0}/">robot_cherrypy {0}</a></p>
</html>
"""


def publish(site: Path, pages: Path, version: str) -> None:
    """Copy a site and its file to download, and list all versions.

    Args:
        site: The folder of the site; its file to download lies beside it.
        pages: The folder that is served.
        version: The version that the site is about.

    Raises:
        ValueError: The version is neither that of a release nor main.
    """
    if version != _MAIN:
        _numbers(version)
    target = pages / version
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(site, target)
    shutil.copy(site.parent / _ZIP, target / _ZIP)
    (pages / ".nojekyll").touch()  # else GitHub leaves out folders that begin with an underscore
    releases = [path.name for path in pages.glob("v*") if path.is_dir()]
    releases.sort(key=_numbers, reverse=True)
    (pages / "versions.html").write_text(_listed(releases, pages), "utf-8")
    newest = releases[0] if releases else _MAIN
    (pages / "index.html").write_text(_REDIRECT.format(html.escape(newest)), "utf-8")


def _listed(releases: list[str], pages: Path) -> str:
    items = [_ITEM.format(release, "", _ZIP) for release in releases]
    if (pages / _MAIN).is_dir():
        items.append(_ITEM.format(_MAIN, ": what will be the next release", _ZIP))
    return _LIST.format(items="\n".join(items))


def _numbers(version: str) -> tuple[int, ...]:
    numbers = re.fullmatch(r"v(\d+)\.(\d+)\.(\d+)", version)
    if not numbers:
        raise ValueError(f"The version is {version!r}: it has to be like 'v1.2.0', or 'main'.")
    return tuple(map(int, numbers.groups()))


if __name__ == "__main__":
    publish(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
