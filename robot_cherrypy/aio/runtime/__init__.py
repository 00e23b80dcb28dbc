"""Event loop, greenlets and worker threads; knows nothing of HTTP."""
