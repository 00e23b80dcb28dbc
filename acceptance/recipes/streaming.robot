*** Settings ***
Documentation    A response comes in pieces.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    streaming_app:Numbers    server=${SERVER}


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
All Pieces Arrive
    VAR    &{parameters}    last=3
    ${response}    Visit    /    params=${parameters}
    Should Be Equal    ${response.text}    1\n2\n3\n

Length Is Not Known Before
    ${response}    Visit    /
    Should Be Equal    ${response.headers}[Transfer-Encoding]    chunked
    Should Not Contain    ${response.headers}    Content-Length
