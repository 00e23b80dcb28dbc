"""Messages that an echo can get wrong."""

SCRIPT = "</textarea></output><script>document.title = 'run'</script><img src=x onerror=alert(1)>"

MESSAGES = {
    "plain": "Hello, world!",
    "empty": "",
    "accents and scripts": "naïve café – Straße – Ελλάδα – 日本語 – हिन्दी",
    "decomposed": "e\u0301 is not é",
    "emoji": "👋🏽 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "right to left": "שלום world عربي",
    "direction override": "a\u202eb\u2066c",
    "leading and trailing blanks": "   three and two  ",
    "only blanks": "     ",
    "no-break and zero-width": "a\u00a0b\u200bc\ufeffd",
    "tab": "a\tb",
    "leading line break": "\r\nsecond line",
    "line breaks": "one\r\n\r\nthree\r\n",
    "script": SCRIPT,
    "references": "&amp; &lt; &#10; &notit; &",
    "quotes": "\"double\" 'single' `back`",
    "template": "$answer ${title} {message} %s $$",
    "percent and plus": "100%25 + 1%0A",
    "looks like a form": "a=1&message=2;c",
    "100 kB": "0123456789abcdef" * 6_250,
    "100 kB of emoji": "😀" * 25_000,
}
