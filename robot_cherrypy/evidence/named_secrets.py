"""Masks the values that stand after names of secrets: in URLs, forms, JSON, markup and logs.

Each function reads a text from its start to its end once. So the expressions take all that they
can and give nothing back (`++`), and begin a name only where one can begin.
"""

import html
import re

from robot_cherrypy.evidence.secret_names import is_secret_name

MASK = "•••"

# A quote, also as JSON in JSON, HTML and URLs have it.
_QUOTE = r"""\\*+(?:["']|&quot;|&\#34;|&\#39;|&\#x27;)|%22|%27"""

_NAME = re.compile(
    rf"""
    (?<![\w.$\-\[\]])
    (?P<name>[\w.$\-\[\]]++)
    (?P<quote>(?:{_QUOTE}|%5[Dd])\]?+)?+
    (?P<gap>[ \t]{{0,8}}+)
    (?P<separator>=>|:=|[=:]|%3[AaDd])
    (?P<space>\s{{0,40}}+)
    """,
    re.VERBOSE,
)
_OPENING_QUOTE = re.compile(rf"[bru]?({_QUOTE})", re.VERBOSE)
_STRUCTURE = re.compile(r"""(?s:"(?:[^"\\]|\\.)*+(?:"|\Z)|'(?:[^'\\]|\\.)*+(?:'|\Z))|[{}\[\]]""")
_IN_QUERY = re.compile(r"""[^&#\s"'<>]*+""")
_IN_TEXT = re.compile(
    r"""(?:(?:Bearer|Basic|Digest|Token)\ +)?+
    (?:[^\s&"'<>,;)\]}%]|%(?!26)|[,;)\]}](?![\s,;)\]}]|\Z))*+""",
    re.VERBOSE | re.IGNORECASE,
)
_LITERAL = re.compile(r"""[^\s,;&"'<>(){}\[\]]*+""")
_COOKIES = re.compile(r"""[^\s;,"'<>]*+(?:;\s?[\w.-]++=[^\s;,"'<>]*+)*+""")
_REST_OF_LINE = re.compile(r"[^\r\n]*+")

# What a name is given in the source of a program: no literal, but the value of an expression.
_EXPRESSION = re.compile(r"[A-Za-z_][\w.]*+[(\[]")

# Headers whose value has blanks.
_WITH_BLANKS = re.compile(r"authori[sz]ation|cookie|authentication", re.IGNORECASE)

# Values that are no secrets.
_HARMLESS = frozenset({"", "null", "none", "true", "false", "undefined", MASK.lower()})


def mask_named(text: str) -> str:
    """Return a text in which the values after names of secrets are masked."""
    parts = []
    done = position = 0
    while match := _NAME.search(text, position):
        position = match.end()
        found = _value_after(text, match)
        if found is None:
            continue
        start, end = found
        if text[start:end].lower() not in _HARMLESS:
            parts += [text[done:start], MASK]
            done = end
        position = max(end, position)
    return "".join([*parts, text[done:]])


def _value_after(text: str, name: re.Match[str]) -> tuple[int, int] | None:
    """Return where the value after a name starts and ends; None if it is no secret."""
    before, start = name.start(), name.end()
    in_query = text.endswith(("?", "&", "&amp;"), max(0, before - 5), before)
    is_secret = is_secret_name(name["name"], of_parameter=in_query)
    if not is_secret or (name["quote"] is None and _has_no_value(text, name)):
        return None
    quote = _OPENING_QUOTE.match(text, start)
    if quote is not None and not in_query:
        return quote.end(), _end_of_quoted(text, quote.end(), quote[1])
    if text.startswith(("{", "["), start) and not in_query:
        return start, _end_of_structure(text, start)
    value = _pattern(name, in_query=in_query).match(text, start)
    return None if value is None else value.span()


def _pattern(name: re.Match[str], *, in_query: bool) -> re.Pattern[str]:
    """Return the expression that matches the value after this name."""
    if in_query:
        return _IN_QUERY
    if name["quote"] is not None:
        return _LITERAL
    if name["separator"] == "=" and name["name"].lower().endswith("cookie"):
        return _COOKIES
    is_header = name["separator"] == ":" and _WITH_BLANKS.search(name["name"])
    return _REST_OF_LINE if is_header else _IN_TEXT


def _has_no_value(text: str, name: re.Match[str]) -> bool:
    """Whether what follows a name is not its value, but a style sheet, a heading or code."""
    # In style sheets: a selector such as `.token:hover`, a property such as `--token-color: red`.
    if name["separator"] == ":" and (not name["space"] or name["name"].startswith("--")):
        return True
    is_heading = "\n" in name["space"]
    is_code = bool(name["gap"]) and _EXPRESSION.match(text, name.end()) is not None
    return is_heading or is_code


def _end_of_quoted(text: str, start: int, quote: str) -> int:
    """Return where a quoted value ends; without a closing quote, the end of its line.

    In JSON in JSON a quote has as many backslashes as the opening one, and one in the value more.
    """
    mark = quote.lstrip("\\")
    depth = len(quote) - len(mark)
    position = start
    while (end := text.find(mark, position)) >= 0:
        backslashes = _backslashes_before(text, start, end)
        if depth == 0 and backslashes % 2 == 0:
            return end
        if depth > 0 and backslashes <= depth:
            return end - backslashes
        position = end + len(mark)
    line_end = text.find("\n", start)
    return len(text) if line_end < 0 else line_end


def _backslashes_before(text: str, start: int, end: int) -> int:
    count = 0
    while end - count > start and text[end - count - 1] == "\\":
        count += 1
    return count


def _end_of_structure(text: str, start: int) -> int:
    """Return where an object or a list ends; if it was cut, the end of the text."""
    depth = 0
    for match in _STRUCTURE.finditer(text, start):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return len(text)


# -- markup

_ELEMENT = re.compile(r"(<([\w:.-]++)(?:\s[^<>]*+)?>(?:<!\[CDATA\[)?+)([^<]++)")
_FIELD = re.compile(
    r"""<(?:input|meta|textarea|param|button|option|data)\b
    (?P<attributes>(?:"[^"]*+"|'[^']*+'|[^<>"'])*+)>(?P<content>[^<]*+)""",
    re.VERBOSE | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"""(?<![\w:-])([\w:-]++)\s{0,8}+=\s{0,8}+("[^"]*+"|'[^']*+'|[^\s"'<>]++)"""
)
_NAMING = frozenset({"name", "id", "property"})
_VALUES = frozenset({"value", "content"})
_BUTTONS = frozenset({"submit", "button", "reset", "image"})


# Markup that is shown as a text, such as a document in XML on an error page, up to real markup.
_ESCAPED = re.compile(r"&(?:amp;)?lt;[^<]++")

# How often markup may be escaped: an error page that shows another one.
_DEEPEST = 2


def mask_markup(text: str, depth: int = 0) -> str:
    """Return a text in which fields and elements with names of secrets have no values."""
    if "lt;" in text and depth < _DEEPEST:
        text = _ESCAPED.sub(lambda escaped: _masked_escaped(escaped[0], depth + 1), text)
    if "<" not in text:
        return text
    return _ELEMENT.sub(_masked_element, _FIELD.sub(_masked_field, text))


def _masked_escaped(escaped: str, depth: int) -> str:
    shown = html.unescape(escaped)
    masked = mask_markup(shown, depth)
    return escaped if masked == shown else html.escape(masked)


def _masked_element(match: re.Match[str]) -> str:
    is_secret = is_secret_name(match[2]) and match[3].strip()
    return f"{match[1]}{MASK}" if is_secret else match[0]


def _masked_field(match: re.Match[str]) -> str:
    """Return a field whose value is masked if its name is that of a secret."""
    attributes = {name.lower(): value.strip("\"'") for name, value in _attributes(match)}
    if attributes.get("type", "").lower() in _BUTTONS:
        return match[0]
    if not any(is_secret_name(attributes.get(name, "")) for name in _NAMING):
        return match[0]
    field = _ATTRIBUTE.sub(_masked_attribute, match[0][: match.end("attributes") - match.start()])
    is_area = match[0][:9].lower() == "<textarea" and match["content"]
    return f"{field}>{MASK if is_area else match['content']}"


def _attributes(match: re.Match[str]) -> list[tuple[str, str]]:
    return _ATTRIBUTE.findall(match["attributes"])


def _masked_attribute(match: re.Match[str]) -> str:
    if match[1].lower() not in _VALUES or not match[2].strip("\"'"):
        return match[0]
    return f'{match[1]}="{MASK}"'


# -- others

_PART = re.compile(r"""\bname="([^"\r\n]*+)"[^\r\n]*+\r?\n(?:[^\r\n]++\r?\n){0,8}+\r?\n""")
_USER_INFO = re.compile(
    r"""(?<=://)(?:[^\s/:@"'<>]{0,200}+:(?!\d{1,5}(?:[/?\#\s"'<>]|\Z))[^\s"'<>]{0,200}@
    |[^/@\s"'<>]{1,200}+@)""",
    re.VERBOSE,
)
_SCHEME = re.compile(
    r"\b(Bearer|Basic|Digest|Negotiate|ApiKey)(\s{1,8}+)([\w.~+/=:-]{8,}+)", re.IGNORECASE
)
# Of services whose tokens are known by their looks, and JSON Web Tokens.
_LOOKS = re.compile(
    r"\beyJ[\w-]{5,}+\.[\w-]++(?:\.[\w-]*+)?|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|[sr]k_live_|[sr]k_test_)[\w-]{10,}+"
    r"|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^-]*+-----END [A-Z ]{0,20}PRIVATE KEY-----"
)
# A line of a log or a console that has a name and a value only: `console.log("token", token)`.
_LINE = re.compile(r"^([\w.\-]{2,60}+)([ \t]{1,8}+)([^\s:=][^\s]{5,}+)[ \t]*+$", re.MULTILINE)
_OPTION = re.compile(r"(?<!\S)--([\w-]++)( {1,8}+)([^\s-]\S*+)")
# A header in the `repr` of a list: `('Cookie', 'a=b')`.
_PAIR = re.compile(r"""(\(b?(["'])([\w.\-]++)\2, b?)("[^"\n]*+"|'[^'\n]*+')(?=\))""")
_IN_PATH = re.compile(r"(?<=/)([\w-]{1,60}+)/([\w.~=-]{16,}+)")
_PATHS = frozenset({"reset", "verify", "confirm", "activate", "invite", "invitation", "magic"})


def mask_others(text: str) -> str:
    """Return a text without user names and passwords in URLs, tokens, and secrets in multipart."""
    text = _USER_INFO.sub(f"{MASK}@", text)
    text = _SCHEME.sub(_masked_scheme, text)
    text = _LOOKS.sub(MASK, text)
    text = _LINE.sub(_masked_line, text)
    text = _OPTION.sub(_masked_option, text)
    text = _PAIR.sub(_masked_pair, text)
    text = _IN_PATH.sub(_masked_path, text)
    return _mask_parts(text) if 'name="' in text else text


def _masked_scheme(match: re.Match[str]) -> str:
    return match[0] if _is_prose(match[3]) else f"{match[1]}{match[2]}{MASK}"


def _masked_line(match: re.Match[str]) -> str:
    is_secret = is_secret_name(match[1]) and not _is_prose(match[3].rstrip(".!?,;"))
    return f"{match[1]}{match[2]}{MASK}" if is_secret else match[0]


def _is_prose(word: str) -> bool:
    return word.isalpha() and word.islower()


def _masked_option(match: re.Match[str]) -> str:
    return f"--{match[1]}{match[2]}{MASK}" if is_secret_name(match[1]) else match[0]


def _masked_pair(match: re.Match[str]) -> str:
    return f"{match[1]}'{MASK}'" if is_secret_name(match[3]) else match[0]


def _masked_path(match: re.Match[str]) -> str:
    names_secret = match[1].lower() in _PATHS or is_secret_name(match[1])
    return f"{match[1]}/{MASK}" if names_secret else match[0]


def _mask_parts(text: str) -> str:
    """Return a text in which parts of a multipart body with names of secrets have no values."""
    parts = []
    done = 0
    for match in _PART.finditer(text):
        if match.start() >= done and is_secret_name(match[1], of_parameter=True):
            end = text.find("\n--", match.end())
            parts += [text[done : match.end()], MASK]
            done = len(text) if end < 0 else end - text.startswith("\r", end - 1)
    return "".join([*parts, text[done:]])
