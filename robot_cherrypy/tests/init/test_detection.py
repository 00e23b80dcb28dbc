"""The application of a project is found in its source."""

import textwrap

import pytest

from robot_cherrypy.errors import ApplicationError
from robot_cherrypy.init import sources
from robot_cherrypy.init.detection import find_candidates

PAGE = "    @cherrypy.expose\n    def index(self): ..."

# A name, the files of a project, and what is found: application, framework, folder, server.
PROJECTS = [
    (
        "a Flask application",
        {"web.py": "import flask\napp = flask.Flask(__name__)"},
        [("web:app", "Flask", ".", "threaded")],
    ),
    (
        "a factory",
        {"web.py": "from flask import Flask as F\ndef create_app(debug=False): return F(__name__)"},
        [("web:create_app", "Flask", ".", "threaded")],
    ),
    (
        "a factory that needs an argument",
        {"web.py": "from flask import Flask\ndef create_app(debug): return Flask(__name__)"},
        [],
    ),
    (
        "a package without __init__.py that imports itself by name",
        {"app/main.py": "from fastapi import FastAPI\nfrom app.db import X\napp = FastAPI()"},
        [("app.main:app", "FastAPI", ".", "async")],
    ),
    (
        "a folder src",
        {
            "src/shop/__init__.py": "",
            "src/shop/web.py": f"import cherrypy\nclass Shop:\n{PAGE}",
        },
        [("shop.web:Shop", "CherryPy", "src", "threaded")],
    ),
    (
        "the class that the program serves, not another",
        {
            "app.py": f"import cherrypy\nclass A:\n{PAGE}\nclass B:\n{PAGE}\n"
            "if __name__ == '__main__': cherrypy.quickstart(B(), '/', {})"
        },
        [("app:B", "CherryPy", ".", "threaded")],
    ),
    (
        "coroutines as page handlers",
        {
            "app.py": "import cherrypy as cp\nclass Root:\n"
            "    @cp.expose(['home'])\n    async def index(self): ..."
        },
        [("app:Root", "CherryPy", ".", "async")],
    ),
    (
        "names imported from CherryPy",
        {
            "app.py": "from cherrypy import expose\nclass Root:\n"
            "    @expose\n    def default(self): ..."
        },
        [("app:Root", "CherryPy", ".", "threaded")],
    ),
    (
        "a module that mounts itself",
        {"app.py": f"import cherrypy\nclass Root:\n{PAGE}\ncherrypy.tree.mount(Root())"},
        [("app", "CherryPy", ".", "threaded")],
    ),
    (
        "a main function",
        {
            "app.py": "import cherrypy\nclass Root:\n    def __init__(self, db): ...\n"
            f"{PAGE}\ndef main():\n    cherrypy.quickstart(Root(1))"
        },
        [("app:main", "CherryPy", ".", "threaded")],
    ),
    (
        "an application object before the class of its pages",
        {"app.py": f"import cherrypy\nclass R:\n{PAGE}\napplication = cherrypy.Application(R())"},
        [("app:application", "CherryPy", ".", "threaded")],
    ),
    (
        "the tree as the application",
        {"app.py": "import cherrypy\napplication: object = cherrypy.tree"},
        [("app", "CherryPy", ".", "threaded")],
    ),
    (
        "a Django project in a folder",
        {
            "site/manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")',
            "site/shop/settings.py": "",
            "web.py": "import flask\napp = flask.Flask(__name__)",
        },
        [("shop.settings", "Django", "site", "threaded")],
    ),
    (
        "two applications",
        {
            "a.py": "import flask\napp = flask.Flask(__name__)",
            "b.py": "import falcon.asgi\napp = falcon.asgi.App()",
        },
        [("a:app", "Flask", ".", "threaded"), ("b:app", "Falcon", ".", "async")],
    ),
    (
        "tests, environments and hidden folders",
        dict.fromkeys(
            ("tests/a.py", ".hidden/a.py", "env/a.py", "test_a.py"),
            "import flask\napp = flask.Flask(__name__)",
        )
        | {"env/pyvenv.cfg": "", "broken.py": "def", "other.py": "x = 1"},
        [],
    ),
]


@pytest.mark.parametrize(
    ("files", "expected"), [row[1:] for row in PROJECTS], ids=[row[0] for row in PROJECTS]
)
def test_application_is_found(tmp_path, files, expected):
    """The most likely ones, each with its framework, its folder and the server that suits it."""
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    found = [
        (
            candidate.application,
            candidate.framework,
            candidate.folder.relative_to(tmp_path).as_posix(),
            candidate.server,
        )
        for candidate in find_candidates(tmp_path)
    ]
    assert expected == found


def test_folder_with_very_many_files_is_no_project(tmp_path, monkeypatch):
    """Somebody may have started the command in a home folder."""
    monkeypatch.setattr(sources, "_MOST_FILES", 2)
    for number in range(3):
        (tmp_path / f"file{number}.py").touch()
    with pytest.raises(
        ApplicationError, match="has more than 2 Python files: name the application"
    ):
        find_candidates(tmp_path)
