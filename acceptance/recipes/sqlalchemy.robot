*** Settings ***
Documentation     Each test begins with the same books.

Library           OperatingSystem
Library           robot_cherrypy
Library           visitor.py

Suite Setup       Start With Empty Database
Suite Teardown    Remove Environment Variable    DATABASE
Test Setup        Reset Database    ${DATABASE}


*** Variables ***
${SERVER}    threaded
&{EMMA}      title=Emma
&{SMALL}     title=emma


*** Test Cases ***
Book Is Stored
    Status Should Be    /add    303    POST    data=${EMMA}
    Page Should Say    /    Emma
    ${rows}    Query Database    ${DATABASE}    SELECT title FROM books
    Should Be Equal    ${rows}    ${{ [["Emma"]] }}

Database Is Empty Again
    ${rows}    Query Database    ${DATABASE}    SELECT title FROM books
    Should Be Empty    ${rows}

Nothing Is Stored By A Request That Fails
    Status Should Be    /add    400    POST    data=${SMALL}
    ${rows}    Query Database    ${DATABASE}    SELECT title FROM books
    Should Be Empty    ${rows}


*** Keywords ***
Start With Empty Database
    [Documentation]    Starts the application, which makes its tables, and keeps that state.
    ${database}    Create Database    kind=sqlite
    VAR    ${DATABASE}    ${database}    scope=SUITE
    Set Environment Variable    DATABASE    ${DATABASE}
    Start Server    sqlalchemy_app:application    server=${SERVER}
    Save Database    ${DATABASE}
