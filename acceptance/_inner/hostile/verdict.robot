*** Settings ***
Documentation     Tests with a hidden server error, whose names, tags and ends are unusual.

Library           robot_cherrypy    fail_on_server_error=False    AS    Lenient
Resource          ../../resources/shop.resource

Suite Setup       Open Shop By The Strict Import
Suite Teardown    Close Shop


*** Variables ***
${ENV}     <b>ünïcode 🍵</b>    # robocop: off=VAR02
${DONE}    ${False}


*** Test Cases ***
Allowed To Fail By Tag
    [Tags]    robot:skip-on-failure
    Visit    /tea?name=oolong

Allowed To Fail By Option
    [Tags]    flaky
    Visit    /tea?name=oolong

Skipped After An Error
    Visit    /tea?name=oolong
    Skip    not today

Skipped In The Teardown
    Visit    /tea?name=oolong
    [Teardown]    Skip    not today

Skipped Before An Expected Error
    Lenient.Expect Server Error
    Skip    not today

Error In ${ENV}
    Visit    /tea?name=oolong

Error In \\ Backslash
    Visit    /tea?name=oolong

Fault In ${ENV} \\
    Fail Requests    /    times=9

Innocent After The Fault
    Visit    /
    Server Should Have No Errors

Expected By The Other Import
    Lenient.Expect Server Error    KeyError: *
    Visit    /tea?name=oolong

Right At The Second Time
    [Tags]    again
    IF    not ${DONE}    Visit    /tea?name=oolong
    VAR    ${DONE}    ${True}    scope=SUITE


*** Keywords ***
Open Shop By The Strict Import
    [Documentation]    Starts the shop; of two imports, keywords are those of the strict one.
    Set Library Search Order    robot_cherrypy
    Open Shop
