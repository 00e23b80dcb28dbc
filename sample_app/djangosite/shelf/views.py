"""What readers see; all of it but the summary is synchronous, as most Django code is."""

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

_RECENT = 3


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the shelf, and what this visitor looked at lately."""
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
    """Put a book on the shelf."""
    form = BookForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        added = form.save()
        messages.success(request, f"“{added}” is on the shelf.")
        return redirect(added)
    return render(request, "shelf/add.html", {"form": form})


def book(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a book with its reviews, and take a new one."""
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
    """Show an uploaded picture, and let nothing in it run."""
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
    """Stream the shelf as CSV, in the way of the server's interface."""
    return StreamingHttpResponse(
        _rows_for_asgi() if isinstance(request, ASGIRequest) else _rows(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="books.csv"'},
    )


class _Line:
    """What `csv` writes to, handed back as it is."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


_HEADER = csv.writer(_Line()).writerow(["title", "author", "year"])


def _row(one: Book) -> str:
    line: str = csv.writer(_Line()).writerow([one.title, one.author, one.year or ""])
    return line


def _rows() -> Iterator[str]:
    yield _HEADER
    for one in Book.objects.iterator():
        yield _row(one)


async def _rows_for_asgi() -> AsyncIterator[str]:
    yield _HEADER
    async for one in Book.objects.aiterator():
        yield _row(one)


async def summary(_request: HttpRequest) -> JsonResponse:
    """Count, as a coroutine does."""
    return JsonResponse(
        {"books": await Book.objects.acount(), "reviews": await Review.objects.acount()}
    )
