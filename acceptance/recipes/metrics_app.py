"""Figures for Prometheus: how many requests, and how long they took."""

import time

import cherrypy
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest

REGISTRY = CollectorRegistry()
SECONDS = Histogram("request_seconds", "Time of a request", ["page", "status"], registry=REGISTRY)


@cherrypy.tools.register("on_start_resource")
def measure(page):
    began = time.perf_counter()

    def observe():
        status = str(cherrypy.response.status)[:3]
        SECONDS.labels(page, status).observe(time.perf_counter() - began)

    cherrypy.request.hooks.attach("on_end_resource", observe)


class Shop:
    @cherrypy.expose
    @cherrypy.tools.measure(page="order")  # not the path: each new one would be kept for ever
    def order(self, tea):
        return f"{tea} is on its way."

    @cherrypy.expose
    def metrics(self):
        cherrypy.response.headers["Content-Type"] = CONTENT_TYPE_LATEST
        return generate_latest(REGISTRY)
