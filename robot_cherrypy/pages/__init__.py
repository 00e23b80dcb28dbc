"""Pages in open browsers: their network log, waiting for them, their clock, pictures of them."""
