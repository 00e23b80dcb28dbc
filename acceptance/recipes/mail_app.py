"""An application that sends mail."""

import os
import smtplib
from email.message import EmailMessage

import cherrypy


class Shop:
    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def order(self, tea, address):
        message = EmailMessage()
        message["From"], message["To"] = "shop@shop.example", address
        message["Subject"] = "Your order"
        message.set_content(f"{tea} is on its way.")
        host, port = os.environ["MAIL_SERVER"].split(":")
        with smtplib.SMTP(host, int(port), timeout=5) as server:
            server.send_message(message)
        return "Look into your mail."
