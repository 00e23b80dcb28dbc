"""Books and their reviews."""
