*** Settings ***
Documentation    Pauses, in a run that has no terminal.

Library          robot_cherrypy    debug=True


*** Test Cases ***
Paused
    Pause    look
    Log    after the pause

Fails
    Fail    as it should
