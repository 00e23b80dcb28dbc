"""Tests of what looks at pages in open browsers and drives them."""
