*** Settings ***
Documentation    A suite in which server errors do not fail tests by themselves.

Library          robot_cherrypy    fail_on_server_error=False
Library          ../../resources/client.py

Suite Setup      Open Shop


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Error Is Ignored
    Visit    /tea?name=oolong

Check By Keyword
    Visit    /tea?name=oolong
    Server Should Have No Errors

Errors Are Those Of The Test
    Visit    /tea?name=assam
    Server Should Have No Errors


*** Keywords ***
Open Shop
    [Documentation]    Starts the shop by this suite's import of the library.
    ${url}    Start Server    sample_app.faulty:Faulty    server=${SERVER}
    VAR    ${URL}    ${url}    scope=SUITE

Visit
    [Documentation]    Asks for a page.
    [Arguments]    ${path}
    Get Page    ${URL}${path}
