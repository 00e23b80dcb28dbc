*** Settings ***
Documentation    Errors are told in the shop's own way.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    error_pages_app:Shop    server=${SERVER}


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Page That Is Missing
    ${page}    Visit    /nowhere
    Should Be Equal As Integers    ${page.status_code}    404
    Should Contain    ${page.text}    <h1>Sorry</h1>

Traceback Is Not Shown
    Expect Server Error    ZeroDivisionError*
    ${page}    Visit    /broken
    Should Be Equal As Integers    ${page.status_code}    500
    Should Contain    ${page.text}    <h1>Sorry</h1>
    Should Not Contain    ${page.text}    ZeroDivisionError

Program Gets JSON
    ${document}    Visit    /api/price/oolong
    Should Be Equal    ${document.json()}[detail]    There is no oolong.
    Should Be Equal As Integers    ${document.status_code}    404
