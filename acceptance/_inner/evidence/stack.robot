*** Settings ***
Documentation     Tests that fail while PostgreSQL and HAProxy print something.

Library           robot_cherrypy    timeout=60 s

Suite Setup       Start The Stack
Suite Teardown    Stop The Stack


*** Test Cases ***
Table Does Not Exist
    Run Keyword And Ignore Error    Query Database    ${DATABASE}    SELECT * FROM nowhere
    Fail    The shelf is not there.

Instance Is Taken Out
    Set Instance State    one    maint
    Fail    The shop is closed.


*** Keywords ***
Start The Stack
    [Documentation]    Starts PostgreSQL with a database, an application and HAProxy.
    Start PostgreSQL
    ${database}    Create Database
    VAR    ${DATABASE}    ${database}    scope=SUITE
    Start Server    sample_app.kinds:Pages    server=${SERVER}    alias=one    isolation=process
    Start Load Balancer

Stop The Stack
    [Documentation]    Stops each before what it uses.
    Stop Load Balancer
    Stop All Servers
    Stop PostgreSQL
