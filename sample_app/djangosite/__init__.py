"""A Django project: a shelf of books, with forms, messages, sessions and the admin."""
