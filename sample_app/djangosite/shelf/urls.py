"""The URLs of the shelf."""

from django.urls import path

from sample_app.djangosite.shelf import views

urlpatterns = [
    path("", views.index, name="index"),
    path("add", views.add, name="add"),
    path("book/<int:pk>", views.book, name="book"),
    path("book/<int:pk>/cover", views.cover, name="cover"),
    path("books.csv", views.export, name="export"),
    path("summary", views.summary, name="summary"),
]
