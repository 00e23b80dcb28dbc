"""The models: books and reviews."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse


class Book(models.Model):
    """A book on the shelf."""

    title = models.CharField(max_length=200)
    author = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1450), MaxValueValidator(2100)]
    )
    cover = models.FileField(upload_to="covers", blank=True)

    class Meta:
        """Books are sorted by title."""

        ordering: ClassVar = ["title"]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        """Return the path of the book's page."""
        return str(reverse("book", args=[self.pk]))


class Review(models.Model):
    """A reader's opinion of a book."""

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="reviews")
    stars = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(5)], default=5
    )
    text = models.TextField()
    written = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The newest review comes first."""

        ordering: ClassVar = ["-written", "-pk"]

    def __str__(self) -> str:
        return f"{self.stars} stars for {self.book}"
