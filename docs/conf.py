"""The settings of Sphinx for the documentation site; `python docs/build.py` builds it."""

import os
import sys
from pathlib import Path

_DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(_DOCS.parent), str(_DOCS)]

import robot_cherrypy  # noqa: E402 - found by the line above

project = "robot_cherrypy"
author = "The robot_cherrypy maintainers"
project_copyright = f"{author}, Apache License 2.0"
version = release = robot_cherrypy.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "parts",
]
exclude_patterns = ["images", "pictures", "static"]

# Headings get the anchors that GitHub gives them, as the pages are read there, too.
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]
# A sample of code need not be a whole program of its language.
suppress_warnings = ["misc.highlighting_failure"]

# Docstrings have code between single backquotes, as Markdown has.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
add_module_names = False

html_theme = "furo"
html_title = f"robot_cherrypy {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["search.js", "site.js"]
html_copy_source = html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {"top_of_page_buttons": []}
# Where the list of versions is, relative to the front page; only a published site has one.
html_context = {"versions": os.environ.get("SITE_VERSIONS", "")}
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "versions.html",
        "sidebar/scroll-end.html",
    ]
}
templates_path = ["templates"]
copybutton_exclude = ".linenos, .gp, .go"
