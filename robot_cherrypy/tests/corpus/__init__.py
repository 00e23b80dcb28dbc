"""A corpus of what clients send, as bytes, and what several servers answer to it.

The answers of our servers are compared with those of CherryPy's own server and, for applications
of other frameworks, with those of their usual servers. Each difference stands in `differences.toml`
with its reason. What the fuzzer (`test_fuzzed.py`) has found stands in `found.py`.
"""
