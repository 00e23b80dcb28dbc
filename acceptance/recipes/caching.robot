*** Settings ***
Documentation    What is known already is not made again.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    caching_app:Pages    server=${SERVER}


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Server Keeps A Page
    Page Should Say    /slow    made 1
    Page Should Say    /slow    made 1

Browser Keeps A Page
    ${page}    Visit    /rare
    Should End With    ${page.headers}[Expires]    GMT

Browser Asks Whether It Has Changed
    ${page}    Visit    /often
    VAR    &{known}    If-None-Match=${page.headers}[ETag]
    Status Should Be    /often    304    headers=${known}
