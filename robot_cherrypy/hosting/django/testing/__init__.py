"""Django's live-server test cases, on CherryPy's servers instead of Django's.

from robot_cherrypy.hosting.django.testing import StaticLiveServerTestCase

class ShopTest(StaticLiveServerTestCase):
    server = "async"  # "threaded" by default
"""

from robot_cherrypy.hosting.django.testing.cases import (
    LiveServerTestCase,
    StaticLiveServerTestCase,
)

__all__ = ["LiveServerTestCase", "StaticLiveServerTestCase"]
