"""Keywords for Robot Framework: each module has those about one noun."""
