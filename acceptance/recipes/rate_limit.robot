*** Settings ***
Documentation    Whoever asks too often has to wait.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    rate_limit_app:Site    server=${SERVER}


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Fourth Request Has To Wait
    Travel To    2030-12-24 18:00
    Page Should Say    /login    Your name?
    Page Should Say    /login    Your name?
    Page Should Say    /login    Your name?
    ${refused}    Visit    /login
    Should Be Equal As Integers    ${refused.status_code}    429
    Should Be True    50 <= ${refused.headers}[Retry-After] <= 60
    Advance Time    1 minute
    Page Should Say    /login    Your name?
