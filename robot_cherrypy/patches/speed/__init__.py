"""Patches that let CherryPy do the same with less work. Each can be left out alone.

Upstream: CherryPy 18.10. Each patch replaces functions by changed copies, and is put in place only
on the source that it was written for (`source_check`). It saves work in one of three ways: it
leaves out what nobody uses, it computes once what is the same at each request, or it has a short
path for the usual case and calls the original for every other.

That the results are the same is tested in `tests/patches/test_speed.py`: CherryPy's threaded server
gets the same requests without patches, with each patch alone and with all of them, and the
responses are compared byte for byte. The requests are chosen so that each patch takes its short
path and, where it has one, its way to the original. Besides, CherryPy's own test suite passes with
all patches (`tests/conformance`).
"""

from robot_cherrypy.patches.source_check import Patch
from robot_cherrypy.patches.speed import (
    configuration,
    encoding,
    forms,
    headers,
    hooks,
    logs,
    pages,
    requests,
)

SPEED_PATCHES: tuple[Patch, ...] = (
    logs.access_log,
    logs.access_log_of_the_application,
    hooks.hook_points,
    configuration.tool_plans,
    headers.encoded_headers,
    headers.parsed_headers,
    headers.status_lines,
    requests.response_date,
    requests.request_headers,
    requests.empty_queries,
    requests.late_bodies,
    requests.whole_responses,
    requests.request_start,
    encoding.encoded_text,
    forms.usual_bodies,
    forms.forms,
    pages.found_pages,
)
