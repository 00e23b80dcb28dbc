"""The page about settings, of CherryPy's own documentation and of what is checked at a start."""

from cherrypy._cpserver import Server
from sphinx.pycode import ModuleAnalyzer

from robot_cherrypy.settings import checks

# Settings of CherryPy's server that only choose another implementation of it.
_OTHER_SERVERS = {"instance", "wsgi_version", "statistics"}


def server_settings() -> str:
    """Return Markdown with a table of the settings of `cherrypy.server`."""
    wanted = {rule.name: rule.wanted for rule in checks._RULES}  # noqa: SLF001 - their words are for readers
    documented = ModuleAnalyzer.for_module("cherrypy._cpserver").find_attr_docs()
    defaults = Server()
    rows = []
    for (owner, name), lines in documented.items():
        if owner == "Server" and name not in _OTHER_SERVERS:
            meaning = " ".join(lines[: lines.index("")])
            rule = f" Has to be {wanted[name]}." if name in wanted else ""
            rows.append(f"| `{name}` | {meaning}{rule} | `{getattr(defaults, name)!r}` |")
    return "\n".join(["| setting | meaning | default |", "|---|---|---|", *rows])
