"""URLs of a project whose pages have errors that Django does not log."""

from django.http import Http404
from django.urls import path


def fail(_request):
    """Raise an error."""
    raise LookupError("in a view")


def miss(_request):
    """Find nothing."""
    raise Http404


def handler404(_request, exception):
    """Raise an error in place of a page about the missing page."""
    raise LookupError("in the page about a missing page") from exception


urlpatterns = [path("fail", fail), path("miss", miss)]
