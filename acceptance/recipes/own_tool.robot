*** Settings ***
Documentation    The tool works where it is on.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    own_tool_app:Pages    server=${SERVER}


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Every Page Has The Headers
    ${page}    Visit    /
    Should Be Equal    ${page.headers}[Content-Security-Policy]    default-src 'self'

Page Has Its Own Value
    ${page}    Visit    /map
    Should Contain    ${page.headers}[Content-Security-Policy]    maps.example

Error Has Them, Too
    ${page}    Visit    /nowhere
    Should Be Equal    ${page.headers}[X-Content-Type-Options]    nosniff

Page Is Left Out
    ${page}    Visit    /free
    Should Not Contain    ${page.headers}    Content-Security-Policy
