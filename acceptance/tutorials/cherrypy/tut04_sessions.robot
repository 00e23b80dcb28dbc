*** Settings ***
Documentation     A session remembers who somebody is.

Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Books
Suite Teardown    Close Books
Test Setup        Be Nobody


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Visitor Is Greeted By Name
    Enter As    Grace
    Go To Page    /
    Page Should Contain    Hello, Grace!

Another Browser Is Another Visitor
    Open Headless Browser    alias=other
    Page Should Contain Button    Enter
    Close Browser
    Switch Browser    first

Session Can Be Made Without The Form
    Seed Session    name=Ada
    Go To Page    /
    Page Should Contain    Hello, Ada!


*** Keywords ***
Open Books
    [Documentation]    Starts the application and opens its front page.
    Start Server    tut04_sessions:application    server=${SERVER}
    Open Headless Browser    alias=first

Close Books
    [Documentation]    Closes the browser and stops the server.
    Close All Browsers
    Stop Server

Be Nobody
    [Documentation]    Forgets the session, and opens the front page.
    Delete All Cookies
    Go To Page    /

Enter As
    [Documentation]    Tells the application a name, which the session keeps.
    [Arguments]    ${name}
    Input Text    name    ${name}
    Click Button    Enter
    Page Should Contain    Hello, ${name}!
