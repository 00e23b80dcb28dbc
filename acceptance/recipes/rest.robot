*** Settings ***
Documentation    Books are made, changed and deleted.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    rest_app:application    server=${SERVER}


*** Variables ***
${SERVER}         threaded
&{EMMA}           title=Emma
&{MIDDLEMARCH}    title=Middlemarch


*** Test Cases ***
Life Of A Book
    ${made}    Visit    /books    POST    json=${EMMA}
    Should Be Equal As Integers    ${made.status_code}    201
    Should End With    ${made.headers}[Location]    /books/1
    ${changed}    Visit    /books/1    PUT    json=${MIDDLEMARCH}
    Should Be Equal    ${changed.json()}[title]    Middlemarch
    Status Should Be    /books/1    204    DELETE
    Status Should Be    /books/1    404

Method That Is Not There
    ${response}    Visit    /books    PATCH    json=${EMMA}
    Should Be Equal As Integers    ${response.status_code}    405
    Should Be Equal    ${response.headers}[Allow]    DELETE, GET, HEAD, POST, PUT

Document That Is Not JSON
    VAR    &{headers}    Content-Type=application/json
    Status Should Be    /books    400    POST    data={"title"    headers=${headers}
