"""Downloads the cases and translates them: PyPI's `autobahntestsuite` is Python 2 code.

None of it is part of this project. The package cannot be installed, because it requires packages as
old as itself. Only its classes of cases are used, with a recent `autobahn`.
"""

import subprocess
import sys
import tarfile
from pathlib import Path

from fissix.refactor import RefactoringTool, get_fixers_from_package

_REQUIREMENT = "autobahntestsuite==25.10.1"
_PACKAGE = "autobahntestsuite"

# What the translator does not do. In Python 3 every class derives from object, which cannot come
# first among the bases; 9.9.1, which is not run, imports an interface of Zope that is gone; and
# `autobahn` has other names now.
_BY_HAND = (
    ("(object, Case, )", "(Case, )"),
    ("from case9_9_1 import *", ""),
    ("len(self.payload) / self", "len(self.payload) // self"),
    ("requestNoContextTakeover", "request_no_context_takeover"),
    ("requestMaxWindowBits", "request_max_window_bits"),
    ("acceptNoContextTakeover", "accept_no_context_takeover"),
    ("acceptMaxWindowBits", "accept_max_window_bits"),
)


def prepare(folder: Path) -> None:
    """Download the cases into a folder and translate them."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*pip, "--dest", str(folder), _REQUIREMENT], check=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (extracted,) = folder.glob(f"{_PACKAGE}-*/{_PACKAGE}")
    package = extracted.rename(folder / _PACKAGE)
    (package / "__init__.py").write_text("")
    _translate([package / "caseset.py", *(package / "case").glob("*.py")])


def _translate(files: list[Path]) -> None:
    tool = RefactoringTool(get_fixers_from_package("fissix.fixes"), {"print_function": False})
    for file in files:
        source = file.read_text(encoding="latin-1")  # see `fuzzer`
        for old, new in _BY_HAND:
            source = source.replace(old, new)
        file.write_text(str(tool.refactor_string(source + "\n", str(file))), encoding="utf-8")
