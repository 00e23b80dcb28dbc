"""The models in Django's admin."""

from typing import ClassVar

from django.contrib import admin

from sample_app.djangosite.shelf.models import Book, Review


class ReviewInline(admin.TabularInline):
    """The reviews of a book, below it."""

    model = Review
    extra = 0


@admin.register(Book)
class BookAdmin(admin.ModelAdmin):
    """Books with their reviews."""

    list_display: ClassVar = ["title", "author", "year"]
    search_fields: ClassVar = ["title", "author"]
    inlines: ClassVar = [ReviewInline]
