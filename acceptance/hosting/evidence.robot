*** Settings ***
Documentation     A test that fails on a hosted application has evidence of both sides, as on one of CherryPy's.

Library           ../resources/inner_runs.py

Suite Setup       Run Inner Suite    hosting/failing.robot    --variable    SERVER:${SERVER}
...                   --pythonpath    ${CURDIR}
Suite Teardown    Delete Inner Reports
Test Template     Evidence Should Have Both Sides


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Flask
    Flask                      Kitchen        GET /</span>
FastAPI
    FastAPI                    Bar is open    GET /</span>
WSGI Function
    WSGI Function              Plain WSGI     GET /</span>
ASGI Function
    ASGI Function              Plain ASGI     GET /</span>
Mounted Beside CherryPy
    Mounted Beside CherryPy    Kitchen        GET /kitchen/</span>


*** Keywords ***
Evidence Should Have Both Sides
    [Documentation]    Checks the message of a test, the page's title, and the request that the server saw.
    [Arguments]    ${test}    ${title}    ${request}
    Inner Test Should Have Failed    ${test}    Not what was ordered.
    Inner Test Should Show    ${test}    ${title}    ${request}    as the server saw it
