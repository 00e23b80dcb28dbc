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


class SoldOutError(Exception):
    pass


class Shop:
    def __init__(self):
        self.stock = 1000

    @cherrypy.expose
    def index(self):
        return PAGE.format(FORM + SCRIPT)

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
