"""The documentation is plain English: no words that only fill, none that few readers know."""

import re

import pytest
from markdown_it import MarkdownIt

from robot_cherrypy.tests.docs.blocks import DOCUMENTS, ROOT
from robot_cherrypy.tests.keywords.test_documentation import KEYWORDS, docstring

# What is not written, and what is written instead.
RULES = {
    r"simply|just|obviously|basically|actually|of course|clearly": "nothing",
    r"e\.g\.|for instance": "such as, for example",
    r"i\.e\.": "that is",
    r"etc\.": "and the like, or a whole list",
    r"in order to": "to",
    r"due to the fact that": "because",
    r"utili[sz]e[sd]?|leverages?": "use",
    r"functionality": "what it does",
    r"note that|it should be noted": "nothing",
    r"via": "by, through",
    r"allows? (you )?to": "with it, you can",
}
# Words. The longest sentences list names, with commas between them.
LONGEST_SENTENCE = 60


def prose(markdown):
    """Yield paragraphs, headings, items and cells of a Markdown text, without code and links."""
    for token in MarkdownIt("commonmark").enable("table").parse(markdown):
        if token.type == "inline":
            texts = [
                "x" if part.type == "code_inline" else part.content or " "
                for part in token.children
                if part.type in {"text", "code_inline", "softbreak"}
            ]
            yield "".join(texts)


def problems(markdown):
    """Return what is wrong with a text, a line for each problem."""
    found = []
    for text in prose(markdown):
        found += [
            f"{match[0]!r} in {text!r}: write {instead}"
            for words, instead in RULES.items()
            for match in re.finditer(rf"(?<![\w-])(?:{words})(?!\w)", text, re.IGNORECASE)
        ]
        found += [
            f"{len(sentence.split())} words: {sentence!r}"
            for sentence in re.split(r"(?<=[.:?!])\s", text)
            if len(sentence.split()) > LONGEST_SENTENCE
        ]
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_language_is_plain(document):
    """No rule is broken."""
    assert [] == problems(document.read_text("utf-8"))


def test_language_of_keywords_is_plain():
    """Their documentation is a part of the reference."""
    assert KEYWORDS
    assert [] == [
        problem for keyword in KEYWORDS.values() for problem in problems(docstring(keyword))
    ]


@pytest.mark.parametrize(
    "text", ["Simply do it.", "Fast, e.g. here", "It allows you to test.", "word " * 61]
)
def test_rules_find_something(text):
    """The test above can fail."""
    assert problems(text)


def test_code_is_no_prose():
    """A name in code may have any word."""
    assert [] == problems("A `via` and\n\n```python\njust = 1\n```\n")
