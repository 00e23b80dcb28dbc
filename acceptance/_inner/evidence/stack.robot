*** Settings ***
Documentation     Fails on a stack whose parts have something to say.

Library           robot_cherrypy

Suite Setup       Start The Stack
Suite Teardown    Stop The Stack


*** Test Cases ***
Database Is Asked For What There Is Not
    Run Keyword And Ignore Error    Query Database    ${DATABASE}    SELECT * FROM nowhere
    Fail    The shelf is not there.

Instance Goes
    Set Instance State    one    maint
    Fail    The shop is closed.


*** Keywords ***
Start The Stack
    [Documentation]    Every part.
    Start PostgreSQL
    ${database}    Create Database
    VAR    ${DATABASE}    ${database}    scope=SUITE
    Start Server    sample_app.plain:Pages    server=${SERVER}    alias=one    isolation=process
    Start Load Balancer

Stop The Stack
    [Documentation]    Every part, the outer ones first.
    Stop Load Balancer
    Stop All Servers
    Stop PostgreSQL
