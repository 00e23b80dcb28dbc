"""Small pieces of HTML: names and values, numbers."""

import pytest

from robot_cherrypy.evidence import markup
from robot_cherrypy.tests.evidence.parsed import Parsed

DURATIONS = {
    0: "0 ms",
    0.0004: "0.4 ms",
    0.00994: "9.9 ms",
    0.0123: "12 ms",
    0.0994: "99 ms",
    0.5: "500 ms",
    0.9994: "999 ms",
    1: "1.00 s",
    61.5: "61.50 s",
}


@pytest.mark.parametrize("seconds", DURATIONS)
def test_durations_have_few_digits(seconds):
    """Two or three digits are shown."""
    assert DURATIONS[seconds] == markup.duration(seconds)


def test_offsets_are_aligned():
    """Each has the same width, so that lines of a log are aligned."""
    offsets = [markup.offset(seconds) for seconds in (0, -0.5, 12.3456, 99_999)]
    assert ["       +0 ms", "     -500 ms", "   +12346 ms", "+99999000 ms"] == offsets


def test_quantities_have_a_singular():
    """One request is not written as `1 requests`."""
    quantities = [markup.quantity(count, "request") for count in (0, 1, 2)]
    assert ["0 requests", "1 request", "2 requests"] == quantities


def test_values_are_escaped():
    """Names and values may have characters of markup."""
    parsed = Parsed(markup.value_list([("<b>", "<i>&amp;"), ("Link", "</a.css>"), ("Link", "")]))
    assert [("<b>", "<i>&amp;"), ("Link", "</a.css>"), ("Link", "")] == parsed.terms
    assert [] == parsed.all("i")


def test_values_of_terms_may_be_markup():
    """A list of terms can hold another list."""
    inner = markup.value_list([("name", "assam")])
    outer = Parsed(markup.term_list([("Parameters", inner), ("<b>", markup.text("<i>"))]))
    assert ["Parameters", "name", "<b>"] == outer.texts("dt")
    assert ["nameassam", "assam", "<i>"] == outer.texts("dd")


def test_without_values_there_is_no_list():
    """The result is empty."""
    assert "" == markup.value_list([]) == markup.term_list([])


def test_parts_are_folded():
    """The title of a section has a count if there is one."""
    section = Parsed(markup.section("<log>", 3, "<pre>line</pre>"))
    assert (["<log> 3"], ["line"]) == (section.sections, section.texts("pre"))
    assert ["<log>"] == Parsed(markup.section("<log>", None, "")).sections
    assert ["<details>"] == Parsed(markup.folded(markup.text("<details>"), "")).texts("summary")


def test_a_page_in_the_report_loads_nothing():
    """Its policy comes first; what browsers may follow in spite of it has no meaning."""
    document = "<!DOCTYPE html><head><LINK rel=preconnect href=//x><base href=//x></head>"
    [frame] = Parsed(markup.page_frame(document)).all("iframe")
    shown = frame.attributes["srcdoc"]
    assert shown.startswith("<!DOCTYPE html><meta http-equiv=Content-Security-Policy content=")
    assert "default-src 'none'" in shown
    assert shown.endswith("<head><meta rel=preconnect href=//x><meta href=//x></head>")
    [frame] = Parsed(markup.page_frame('<img src="//x" SRCSET="//x 2x">srcset')).all("iframe")
    assert frame.attributes["srcdoc"].endswith('><img src="//x" data-srcset="//x 2x">srcset')


def test_half_a_surrogate_pair_is_written_out():
    """Robot could not write it."""
    assert r"a\ud83db" == markup.text("a\ud83db")
