*** Settings ***
Documentation    Two visitors, each in a browser with cookies of its own.

Library          robot_cherrypy
Library          SeleniumLibrary    run_on_failure=NOTHING

Suite Setup      Start Server    login_app:Site    server=${SERVER}


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Each Is Somebody Else
    Open Headless Browser    alias=Ada
    Seed Session    name=ada
    Open Headless Browser    alias=Grace
    Seed Session    name=grace
    Switch Browser    Ada
    Go To Page    /members/
    Page Should Contain    Hello, ada.
    Switch Browser    Grace
    Go To Page    /members/
    Page Should Contain    Hello, grace.
