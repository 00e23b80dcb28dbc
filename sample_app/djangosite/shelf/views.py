"""The views. All but `summary` are synchronous, as most Django code is."""

import csv
import mimetypes
from collections.abc import AsyncIterator, Iterator

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.db.models import Avg
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from sample_app.djangosite.shelf.forms import BookForm, ReviewForm
from sample_app.djangosite.shelf.models import Book, Review

# How many books "You looked at" lists.
_RECENT = 3


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show all books, and those that the visitor looked at last."""
    viewed = request.session.get("viewed", [])
    by_key = Book.objects.in_bulk(viewed)
    return render(
        request,
        "shelf/index.html",
        {
            "books": Book.objects.annotate(stars=Avg("reviews__stars")),
            "viewed": [by_key[key] for key in viewed if key in by_key],
        },
    )


@login_required
def add(request: HttpRequest) -> HttpResponse:
    """Show the form for a new book, and store what it sends."""
    form = BookForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        added = form.save()
        messages.success(request, f"“{added}” is on the shelf.")
        return redirect(added)
    return render(request, "shelf/add.html", {"form": form})


def book(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a book with its reviews, and store a new review."""
    shown = get_object_or_404(Book, pk=pk)
    form = ReviewForm(request.POST or None)
    if form.is_valid():
        form.instance.book = shown
        form.save()
        messages.success(request, "Thank you for your review.")
        return redirect(shown)
    viewed = [key for key in request.session.get("viewed", []) if key != pk]
    request.session["viewed"] = [pk, *viewed][:_RECENT]
    return render(request, "shelf/book.html", {"book": shown, "form": form})


@require_safe
def cover(_request: HttpRequest, pk: int) -> HttpResponse:
    """Return an uploaded picture; the policy stops scripts in it, which SVG can have."""
    shown = get_object_or_404(Book.objects.exclude(cover=""), pk=pk).cover
    kind = mimetypes.guess_type(shown.name)[0] or "application/octet-stream"
    with shown.open("rb") as file:
        return HttpResponse(
            file.read(),
            content_type=kind,
            headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
        )


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Stream all books as CSV, with the kind of iterator that WSGI or ASGI needs."""
    return StreamingHttpResponse(
        _rows_for_asgi() if isinstance(request, ASGIRequest) else _rows(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="books.csv"'},
    )


class _Line:
    """A file for `csv.writer`, whose `writerow` returns what `write` does."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


_HEADER = csv.writer(_Line()).writerow(["title", "author", "year"])


def _row(book: Book) -> str:
    line: str = csv.writer(_Line()).writerow([book.title, book.author, book.year or ""])
    return line


def _rows() -> Iterator[str]:
    yield _HEADER
    for book in Book.objects.iterator():
        yield _row(book)


async def _rows_for_asgi() -> AsyncIterator[str]:
    yield _HEADER
    async for book in Book.objects.aiterator():
        yield _row(book)


async def summary(_request: HttpRequest) -> JsonResponse:
    """Return how many books and reviews there are."""
    return JsonResponse(
        {"books": await Book.objects.acount(), "reviews": await Review.objects.acount()}
    )
