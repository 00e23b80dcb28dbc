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


class SoldOutError(Exception):
    pass


class Shop:
    def __init__(self):
        self.stock = 1000

    @cherrypy.expose
    def index(self):
        return PAGE.format(FORM)

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def order(self, grams):
        if not grams.isdecimal() or int(grams) == 0:
            raise cherrypy.HTTPError(400, "Grams have to be a whole number.")
        try:
            self.remove(int(grams))
        except SoldOutError:
            cherrypy.log("The stock is wrong", traceback=True)
        return PAGE.format(f"<p>{grams} g of tea are on their way.")

    def remove(self, grams):
        if grams > self.stock:
            raise SoldOutError(f"{self.stock} g are left, not {grams}")
        self.stock -= grams


if __name__ == "__main__":
    cherrypy.quickstart(Shop())
