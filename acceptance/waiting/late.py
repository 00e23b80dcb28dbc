"""Pages that change by themselves, each in its own way and after a time in milliseconds."""

import time

import cherrypy

_PAGE = """<!DOCTYPE html><html lang="en"><title>Late</title>
<style>.cover {{ position: fixed; inset: 0; background: #0004 }}
.slide {{ transition: transform {ms}ms linear }} .away {{ transform: translateX(200px) }}</style>
{body}<p id="out"></p><script>
const after = (ms, change) => setTimeout(change, ms);
const byId = (id) => document.getElementById(id);
const say = (text) => {{ byId("out").textContent = text; }};
{script}
</script></html>"""

_BUTTON = '<button id="go" onclick="say(\'clicked\')">Go</button>'
_SHADOW = """const root = byId("host").attachShadow({{mode: "open"}});
root.innerHTML = '<button id="go">Go</button>';
root.getElementById("go").onclick = () => say("clicked");
after({ms}, () => byId("cover").remove());"""

_PAGES = {
    "still": ("", ""),
    "text": ("", 'after({ms}, () => say("done"));'),
    "frames": (
        "",
        "let n = 0; const f = () => (n++ < 20 ? requestAnimationFrame(f) : say('done')); f();",
    ),
    "fetched": ("", 'fetch("slow?ms={ms}").then((r) => r.text()).then(say);'),
    "error": (
        '<button id="go" onclick="after({ms}, () => say(\'Error\'))">Go</button>',
        "",
    ),
    "late_error": (
        '<button id="go" onclick="after({ms}, ask)">Go</button>',
        (
            'const ask = () => fetch("slow?ms=1200").then((response) => response.text())'
            '.then(() => after({ms}, () => say("Error")));'
        ),
    ),
    "selected": (
        '<select id="list" multiple><option>tea</select>'
        + _BUTTON.replace("say('clicked')", "pick()"),
        'const pick = () => after({ms}, () => {{ byId("list").selectedIndex = 0; }});',
    ),
    "gone": ('<p id="wait">Loading</p>', 'after({ms}, () => byId("wait").remove());'),
    "button": (
        "",
        (
            'after({ms}, () => {{ const b = document.createElement("button"); b.id = "go";'
            ' b.onclick = () => say("clicked"); document.body.append(b); }});'
        ),
    ),
    "covered": (
        _BUTTON + '<div class="cover" id="cover"></div>',
        'after({ms}, () => byId("cover").remove());',
    ),
    "covered_for_ever": (_BUTTON + '<input id="name"><div class="cover" id="cover"></div>', ""),
    "disabled": (
        _BUTTON.replace("<button", "<button disabled"),
        'after({ms}, () => {{ byId("go").disabled = false; }});',
    ),
    "disabled_for_ever": (_BUTTON.replace("<button", "<button disabled"), ""),
    "hidden": (
        _BUTTON.replace("<button", "<button hidden"),
        'after({ms}, () => {{ byId("go").hidden = false; }});',
    ),
    "moving": (
        f'<div id="box" class="slide" style="width: 6em">{_BUTTON}</div>',
        'after(10, () => byId("box").classList.add("away"));',
    ),
    "list": (
        '<select id="list" onchange="say(this.value)"></select>',
        'after({ms}, () => {{ byId("list").innerHTML = "<option>tea<option>milk"; }});',
    ),
    "shadow": ('<div id="host"></div><div class="cover" id="cover"></div>', _SHADOW),
    "drag": (
        (
            '<p id="from" style="width: 4em">From</p><p id="to" style="width: 4em">To</p>'
            '<div class="cover" id="cover"></div>'
        ),
        'byId("to").onmouseup = () => say("dropped"); after({ms}, () => byId("cover").remove());',
    ),
    "window": ("", 'after({ms}, () => open("still?opened", "other"));'),
    "worker": (
        "",
        'const w = new Worker("worker_js?ms={ms}"); w.onmessage = ({{data}}) => say(data);',
    ),
    "faked": (
        "",
        (
            "setTimeout = () => 0; setInterval = () => 0; requestAnimationFrame = () => 0;"
            ' Date = class {{}}; say("faked");'
        ),
    ),
    "interval": ("", "let n = 0; setInterval(() => say(`tick ${{++n}}`), {ms});"),
    "file": ('<input id="file" type="file" hidden onchange="say(this.files[0].name)">', ""),
    "framed": ('<iframe id="frame" src="text?ms={ms}" style="height: 90px"></iframe>', ""),
    "framed_and_covered": (
        (
            '<iframe id="frame" src="still_button" style="height: 90px"></iframe>'
            '<div class="cover" id="cover"></div>'
        ),
        'after({ms}, () => byId("cover").remove());',
    ),
    "still_button": (_BUTTON, ""),
}


class Late:
    """Answers each path with the page of its name."""

    @cherrypy.expose
    def default(self, name: str, ms: str = "300", **_query: str) -> str:
        """Return a page."""
        body, script = (part.format(ms=ms) for part in _PAGES[name])
        return _PAGE.format(ms=ms, body=body, script=script)

    @cherrypy.expose
    def slow(self, ms: str) -> str:
        """Respond late."""
        time.sleep(int(ms) / 1000)
        return "done"

    @cherrypy.expose
    @cherrypy.tools.response_headers(headers=[("Content-Type", "text/javascript")])
    def worker_js(self, ms: str) -> str:
        """Return a worker that posts a message late."""
        return f"setTimeout(() => postMessage('done'), {ms})"
