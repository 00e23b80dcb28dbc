"""Reads the report's HTML as a browser does."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"img", "br"}
_CLOSED_BY_THE_NEXT = {"dt", "dd"}


@dataclass
class Element:
    """An element with the text in it, also that of elements within."""

    tag: str
    attributes: dict
    parent: "Element | None"
    text: str = ""

    @property
    def classes(self):
        """The names of its classes."""
        return self.attributes.get("class", "").split()


@dataclass
class Parsed(HTMLParser):
    """The elements of some HTML, in order."""

    html: str
    elements: list = field(default_factory=list)
    open: list = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag in _CLOSED_BY_THE_NEXT and self.open and self.open[-1].tag in _CLOSED_BY_THE_NEXT:
            self.open.pop()
        element = Element(tag, dict(attrs), self.open[-1] if self.open else None)
        self.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        while self.open.pop().tag != tag:
            pass

    def handle_data(self, data):
        for element in self.open:
            element.text += data

    def all(self, tag, *classes):
        """The elements with a tag and classes."""
        return [
            element
            for element in self.elements
            if element.tag == tag and {*classes} <= {*element.classes}
        ]

    def texts(self, tag, *classes):
        """The texts of elements with a tag and classes."""
        return [element.text for element in self.all(tag, *classes)]

    @property
    def sections(self):
        """The titles of the folded sections, with their counts."""
        return [
            element.text
            for element in self.all("summary")
            if element.parent and "more" in element.parent.classes
        ]

    @property
    def terms(self):
        """Names and values, of all lists."""
        return list(zip(self.texts("dt"), self.texts("dd"), strict=True))
