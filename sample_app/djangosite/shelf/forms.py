"""What readers fill in."""

from typing import ClassVar

from django import forms

from sample_app.djangosite.shelf.models import Book, Review


class BookForm(forms.ModelForm):
    """A new book."""

    class Meta:
        """All of a book."""

        model = Book
        fields: ClassVar = ["title", "author", "year", "cover"]


class ReviewForm(forms.ModelForm):
    """A new review."""

    class Meta:
        """Without the book, which the page knows."""

        model = Review
        fields: ClassVar = ["stars", "text"]
        widgets: ClassVar = {"text": forms.Textarea(attrs={"rows": 3})}
