"""The configuration of this Django application."""

from django.apps import AppConfig


class ShelfConfig(AppConfig):
    """The application `shelf`."""

    name = "sample_app.djangosite.shelf"
    label = "shelf"
