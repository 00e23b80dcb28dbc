"""The same results with less work: each patch can be left out alone."""

from robot_cherrypy.patches.known import Patch
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

PATCHES: tuple[Patch, ...] = (
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
