"""Applications from PyPI that were not written for this project, on both servers."""
