*** Settings ***
Documentation    Leaves all kinds of things open, some of which fail when they are closed.

Library          robot_cherrypy    server=${SERVER}
Library          SeleniumLibrary    run_on_failure=NOTHING
Library          ../../resources/phone.py


*** Test Cases ***
Leave Everything Open
    Start Server    sample_app.chat:Chat    alias=chat
    Connect WebSocket    /talk?room=lobby&name=Ada    alias=Ada
    Open Headless Browser    alias=page
    Start Server    sample_app.misbehaving:StopListenerRaises    alias=first
    Start Server    sample_app.misbehaving:StopListenerRaises    alias=second

Leave A Browser Open Whose WebDriver Ends
    ${remote}    ${capabilities}    Start Web Driver
    Open Headless Browser    alias=phone    remote_url=${remote}    capabilities=${capabilities}
    Stop Web Driver
