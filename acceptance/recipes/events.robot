*** Settings ***
Documentation    Open pages get the news at once.

Library          robot_cherrypy
Library          SeleniumLibrary    run_on_failure=NOTHING
Library          visitor.py

Suite Setup      Start Server    events_app:News    server=${SERVER}


*** Variables ***
${SERVER}    threaded
&{NEWS}      text=Tea is ready


*** Test Cases ***
Both Readers Get The News
    Open Headless Browser    alias=first
    Open Headless Browser    alias=second
    Wait Until Keyword Succeeds    5 s    50 ms    Server Should Have Received    GET    /events    times=2
    Visit    /tell    POST    data=${NEWS}
    Wait Until Element Contains    news    Tea is ready
    Switch Browser    first
    Wait Until Element Contains    news    Tea is ready
