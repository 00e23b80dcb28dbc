"""Datasette, an ASGI application that publishes databases (https://pypi.org/project/datasette)."""

import contextlib
import sqlite3

import pytest

APPLICATION = """
from datasette.app import Datasette
app = Datasette(["teas.db"]).app()
"""


@pytest.fixture
def datasette(tmp_path, monkeypatch, visit):
    """A client of Datasette, which serves a database with one table."""
    with contextlib.closing(sqlite3.connect(tmp_path / "teas.db")) as database:
        database.execute("CREATE TABLE teas (name TEXT, grams INTEGER)")
        database.executemany("INSERT INTO teas VALUES (?, ?)", [("assam", 100), ("sencha", 50)])
        database.commit()
    (tmp_path / "published.py").write_text(APPLICATION)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "published", raising=False)
    return visit("published:app")


def test_its_pages_are_served(datasette):
    """A page, and the style sheet that it refers to."""
    page = datasette.get("/teas/teas").text
    assert "assam" in page
    sheet = page.partition("/-/static/app.css")[1] + page.partition("/-/static/app.css")[2][:10]
    assert datasette.get(sheet.partition('"')[0]).headers["Content-Type"] == "text/css"


def test_its_data_are_served(datasette):
    """As JSON, as a stream of CSV, and as the result of a query in SQL."""
    rows = datasette.get("/teas/teas.json?_shape=array").json()
    assert [(row["name"], row["grams"]) for row in rows] == [("assam", 100), ("sencha", 50)]
    assert datasette.get("/teas/teas.csv?_stream=1").text.split() == [
        "rowid,name,grams",
        "1,assam,100",
        "2,sencha,50",
    ]
    query = {"sql": "select sum(grams) as sum from teas", "_shape": "array"}
    assert datasette.get("/teas.json", params=query).json() == [{"sum": 150}]


def test_what_is_refused_is_no_server_error(datasette):
    """Wrong SQL is answered by 400, and an unknown table by 404."""
    assert datasette.get("/teas.json?sql=select+*+from+coffees").status_code == 400
    assert datasette.get("/teas/coffees").status_code == 404
    assert datasette.server_errors() == []
