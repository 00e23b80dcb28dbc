*** Settings ***
Documentation    Starts a server with a mistake in its configuration.

Library          robot_cherrypy


*** Test Cases ***
Misspelt Tool
    VAR    &{config}    tools.sessoins.on=True
    Start Server    sample_app.kinds:Pages    server=${SERVER}    config=${config}
