*** Settings ***
Documentation    WSGI and ASGI applications are tested in the same way as CherryPy's.

Library          SeleniumLibrary    run_on_failure=NOTHING
Resource         ../resources/servers.resource

Test Teardown    Close Everything
Test Timeout     2 minutes


*** Variables ***
${TIMEOUT}    20 seconds


*** Test Cases ***
WSGI Form Is Filled In
    Serve    kitchen
    Open Headless Browser
    Order    soup
    Page Should Contain    Cooking soup

ASGI Form Is Filled In
    Serve    bar
    Open Headless Browser
    Title Should Be    Bar is open
    Order    tea
    Page Should Contain    Mixing tea

Applications Are Mounted Beside CherryPy's
    ${url}    Start    kinds:Pages
    Mount Application    frameworks:kitchen    /kitchen
    Mount Application    frameworks:bar    /bar
    Page Should Be    ${url}/kitchen/stream    starter\nmain\ndessert\n
    Page Should Be    ${url}/bar/stream    first\nsecond\nlast\n
    Page Should Be    ${url}    Mounted at /

Application Is Unmounted
    ${url}    Start    kinds:Pages
    Mount Application    frameworks:bar    /bar
    Unmount Application    /bar
    Status Should Be    ${url}/bar/    404

Traffic Is Recorded
    ${url}    Serve    bar
    Page Should Be    ${url}/stream    first\nsecond\nlast\n
    Server Should Have Received    GET    /stream    times=1

WSGI Error Is Recorded
    ${url}    Serve    kitchen
    Expect Server Error    *the kitchen is on fire*
    Status Should Be    ${url}/burnt    500

ASGI Error Is Recorded
    ${url}    Serve    bar
    Expect Server Error    *the bar is on fire*
    Status Should Be    ${url}/burnt    500

WebSocket Works
    Start Server    frameworks:bar    server=async
    Open Headless Browser
    Wait Until Element Contains    id:heard    echo: hello    timeout=${TIMEOUT}

Application Does Not Start Up
    Run Keyword And Expect Error
    ...    EQUALS:Server 'closed' did not start: The application's startup failed: RuntimeError: nobody came to work
    ...    Serve    closed


*** Keywords ***
Serve
    [Documentation]    Starts an application of the module `frameworks`.
    [Arguments]    ${app}
    ${url}    Start Server    frameworks:${app}    server=${SERVER}    alias=${app}
    RETURN    ${url}

Order
    [Documentation]    Fills in the form, sends it, and waits for the next page.
    [Arguments]    ${dish}
    Input Text    name:dish    ${dish}
    Click Button    Send
    Wait Until Page Contains    ${dish}    timeout=${TIMEOUT}

Close Everything
    [Documentation]    Closes the browsers and stops the servers.
    Close All Browsers
    Stop All Servers
