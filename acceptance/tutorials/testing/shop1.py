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


class Shop:
    @cherrypy.expose
    def index(self):
        return PAGE.format(FORM)

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def order(self, grams):
        if not grams.isdecimal() or int(grams) == 0:
            raise cherrypy.HTTPError(400, "Grams have to be a whole number.")
        return PAGE.format(f"<p>{grams} g of tea are on their way.")


if __name__ == "__main__":
    cherrypy.quickstart(Shop())
