*** Settings ***
Documentation     The clock is moved while requests are in flight, and a project's library waits by the time of day.

Library           DateTime
Library           robot_cherrypy
Library           clockshop.testing.steps.Steps

Suite Setup       Start Server    clockshop.web:Shop    server=${SERVER}
Suite Teardown    Stop All Servers
Test Timeout      1 minute


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Moved While Requests Are In Flight
    ${url}    Get Server Url
    Start Clients    ${url}
    Repeat Keyword    150 times    Move The Clock About
    ${wrong}    Stop Clients
    Should Be Empty    ${wrong}
    Server Should Be Running

Left Moved By A Test
    Freeze Time    2031-05-06T07:08:09Z

Waits Of A Project Keep The Real Time
    Freeze Time    2031-05-06T07:08:09Z
    Wait A Moment
    Wait A Moment On A Thread

Expressions And Functions Of The Application Have Its Time
    Freeze Time    2031-05-06T07:08:09Z
    ${year}    Year Of The Application
    Should Be Equal As Integers    ${year}    2031
    Should Be Equal As Integers    ${{datetime.date.today().year}}    2031
    ${date}    Get Current Date    UTC
    Should Start With    ${date}    2031-05-06 07:08:09

Real Again
    ${year}    Year Of The Application
    Should Be True    ${year} < 2031


*** Keywords ***
Move The Clock About
    [Documentation]    Uses each keyword of the clock.
    Freeze Time    2031-05-06T07:08:09Z
    Advance Time    1 hour
    Travel To    2031-06-06T07:08:09Z
    Advance Time    -1 hour
    Return To Present
    Advance Time    1 s
    Return To Present
