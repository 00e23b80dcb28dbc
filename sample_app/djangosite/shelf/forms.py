"""The forms for readers."""

from typing import ClassVar

from django import forms

from sample_app.djangosite.shelf.models import Book, Review


class BookForm(forms.ModelForm):
    """The form for a new book."""

    class Meta:
        """All fields of a book."""

        model = Book
        fields: ClassVar = ["title", "author", "year", "cover"]


class ReviewForm(forms.ModelForm):
    """The form for a new review."""

    class Meta:
        """All fields but the book, which is that of the page."""

        model = Review
        fields: ClassVar = ["stars", "text"]
        widgets: ClassVar = {"text": forms.Textarea(attrs={"rows": 3})}
