"""Robot Framework keywords, one noun a module."""
