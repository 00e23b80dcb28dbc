from html import escape

import cherrypy

PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tea</title>
<h1>Tea</h1>
{}
</html>"""
FORM = """
<form method="post" action="/order">
  <label for="grams">Grams</label> <input id="grams" name="grams" required>
  <button>Order</button>
</form>
"""
SCRIPT = """
<p id="price"></p>
<script>
  const grams = document.getElementById("grams");
  grams.oninput = async () => {
    const asked = grams.value;
    const response = await fetch("/price?grams=" + encodeURIComponent(asked));
    const price = await response.text();
    if (asked == grams.value) document.getElementById("price").textContent = price;
  };
</script>
"""
SIGN_IN = """
<form method="post" action="/sign_in">
  <label for="name">Name</label> <input id="name" name="name" required>
  <label for="word">Password</label> <input id="word" name="word" type="password" required>
  <button>Sign in</button>
</form>
"""


class SoldOutError(Exception):
    pass


class Shop:
    _cp_config = {"tools.sessions.on": True}

    def __init__(self):
        self.stock = 1000

    @cherrypy.expose
    def index(self):
        name = cherrypy.session.get("name")
        if name is None:
            return PAGE.format(SIGN_IN)
        return PAGE.format(f"<p>Welcome, {escape(name)}.{FORM}{SCRIPT}")

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def sign_in(self, name, word):
        if word != "earl grey":  # a real shop has a database of salted hashes
            raise cherrypy.HTTPError(403, "Name or password is wrong.")
        cherrypy.session.regenerate()
        cherrypy.session["name"] = name
        raise cherrypy.HTTPRedirect("/")

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def order(self, grams):
        if not grams.isdecimal() or int(grams) == 0:
            raise cherrypy.HTTPError(400, "Grams have to be a whole number.")
        try:
            self.remove(int(grams))
        except SoldOutError as error:
            raise cherrypy.HTTPError(409, str(error)) from None
        return PAGE.format(f"<p>{grams} g of tea are on their way.")

    @cherrypy.expose
    def price(self, grams):
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return f"{int(grams) * 0.05:.2f} euros" if grams.isdecimal() else ""

    def remove(self, grams):
        if grams > self.stock:
            raise SoldOutError(f"{self.stock} g are left, not {grams}")
        self.stock -= grams


if __name__ == "__main__":
    cherrypy.quickstart(Shop())
