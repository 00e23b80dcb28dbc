*** Settings ***
Documentation    Only the shop's own form orders tea.

Library          String
Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    csrf_app:Shop    server=${SERVER}


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Own Form Is Accepted
    ${page}    Visit    /
    ${token}    Get Regexp Matches    ${page.text}    value="(.+)"    1
    VAR    &{form}    csrf_token=${token}[0]
    ${page}    Visit    /order    POST    data=${form}
    Should Be Equal    ${page.text}    Tea is on its way.

Form Of Another Site Is Refused
    VAR    &{form}    csrf_token=guessed
    Status Should Be    /order    403    POST    data=${form}
    Status Should Be    /order    403    POST
