"""An application that asks another service, and the stand-in for that service in tests."""

import os

import cherrypy
import requests


class Garden:
    @cherrypy.expose
    def index(self):
        try:
            response = requests.get(os.environ["WEATHER_URL"] + "/today", timeout=2)
            response.raise_for_status()
            rain = response.json()["rain"]
        except requests.RequestException:
            return "Nobody knows whether it will rain."
        return "Leave the watering can." if rain > 5 else "Water the garden."


class Weather:
    """Answers as the real service does."""

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def today(self):
        return {"rain": 12}
