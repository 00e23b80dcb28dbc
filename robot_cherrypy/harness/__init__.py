"""Applications under test and the servers that run them."""
