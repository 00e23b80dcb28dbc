*** Settings ***
Documentation    Each test fails, and its page makes it hard to look at it.

Library          SeleniumLibrary    run_on_failure=NOTHING
Library          robot_cherrypy    server=${SERVER}
Library          clients.py

Suite Setup      Open Pages


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Dialog Is Left To The Teardown
    Go To Page    /
    Execute JavaScript    setTimeout(() => document.title = confirm("Delete it?"))
    Wait Until Keyword Succeeds    5 s    10 ms    Dialog Should Be Open
    Fail    On purpose.
    [Teardown]    Confirm And Check

Console Is Left To The Teardown
    Go To Page    /chatty
    Fail    On purpose.
    [Teardown]    Console Should Not Be Empty

Frame Is Selected
    Go To Page    /
    Execute JavaScript    document.body.innerHTML += "<iframe id=inner srcdoc='<p>in the frame'></iframe>"
    Select Frame    inner
    Fail    On purpose.
    [Teardown]    Unselect Frame

Window Is Closed
    Go To Page    /
    Execute JavaScript    open("/long")
    Switch Window    NEW
    Close Window
    Fail    On purpose.
    [Teardown]    Switch Window    MAIN

Long Page
    Go To Page    /long
    Fail    On purpose.
    [Teardown]    Title Should Be    Long

Page Is About To Be Left
    Go To Page    /leaving
    Wait Until Keyword Succeeds    60 s    50 ms    Server Should Have Received    GET    /held
    Sleep    1 s    For a request that is late.
    Fail    On purpose.
    [Teardown]    Send    ${URL}/release

Heavy Page
    Go To Page    /heavy
    Fail    On purpose.

Greedy Page
    Go To Page    /greedy
    Wait Until Server Is Idle
    Fail    On purpose.


*** Keywords ***
Open Pages
    [Documentation]    Starts the application and opens a browser.
    ${url}    Start Server    pages:Pages
    VAR    ${URL}    ${url}    scope=SUITE
    Open Headless Browser

Dialog Should Be Open
    [Documentation]    Looks for a dialog and leaves it open.
    Alert Should Be Present    Delete it?    action=LEAVE

Confirm And Check
    [Documentation]    Confirms the dialog; the page has the choice as its title.
    Handle Alert    ACCEPT
    Wait Until Keyword Succeeds    5 s    10 ms    Title Should Be    true

Console Should Not Be Empty
    [Documentation]    Reads the console as a project does that has a keyword for it.
    ${library}    Get Library Instance    SeleniumLibrary
    Should Not Be Empty    ${library.driver.get_log("browser")}
