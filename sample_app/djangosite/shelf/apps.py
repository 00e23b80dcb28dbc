"""What Django has to know of this application."""

from django.apps import AppConfig


class ShelfConfig(AppConfig):
    """The shelf."""

    name = "sample_app.djangosite.shelf"
    label = "shelf"
