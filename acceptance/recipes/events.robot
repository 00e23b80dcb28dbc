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
    Wait Until Page Contains Element    css:#news.live
    Open Headless Browser    alias=second
    Wait Until Page Contains Element    css:#news.live
    Visit    /tell    POST    data=${NEWS}
    Wait Until Element Contains    news    Tea is ready
    Switch Browser    first
    Wait Until Element Contains    news    Tea is ready
