*** Settings ***
Documentation     Hosted applications of five kinds, which run until the suite ends, and a test that fails on each.

Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Applications And Browser
Suite Teardown    Close Everything
Test Template     Fail On Page


*** Test Cases ***
Flask
    flask
FastAPI
    fastapi
WSGI Function
    wsgi
ASGI Function
    asgi
Mounted Beside CherryPy
    cherrypy    /kitchen/


*** Keywords ***
Open Applications And Browser
    [Documentation]    Starts each kind of application as a server of its own.
    Start Server    frameworks:kitchen    alias=flask    server=${SERVER}
    Start Server    frameworks:bar    alias=fastapi    server=${SERVER}
    Start Server    frameworks:wsgi_function    alias=wsgi    server=${SERVER}
    Start Server    frameworks:asgi_function    alias=asgi    server=${SERVER}
    Start Server    sample_app.kinds:Pages    alias=cherrypy    server=${SERVER}
    Mount Application    frameworks:kitchen    /kitchen
    Open Headless Browser    about:blank

Fail On Page
    [Documentation]    Opens a page and fails while its server is running.
    [Arguments]    ${alias}    ${path}=/
    Switch Server    ${alias}
    Go To Page    ${path}
    Fail    Not what was ordered.

Close Everything
    [Documentation]    Closes the browser and stops the servers.
    Close All Browsers
    Stop All Servers
