*** Settings ***
Documentation     A server that somebody else has started is used like one of the test, as far as it can be asked.

Resource          ../resources/servers.resource
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Use Server Of Somebody Else
Suite Teardown    Close All


*** Test Cases ***
Clicks Wait For What The Browser Tells
    Go To Page    /counter/
    Click Button    raise
    Element Text Should Be    count    1

What Goes On Elsewhere Is Not Known
    Run Keyword And Expect Error
    ...    EQUALS:Server 'shop' runs elsewhere, at ${URL}: 'Wait Until Server Is Idle' needs a server of 'Start Server'.
    ...    Wait Until Server Is Idle

Faults Of Other Servers Are Cleared
    Start    kinds:Pages    alias=own
    Fail Requests    /    status=503
    Clear Faults
    ${url}    Get Server Url
    Page Should Be    ${url}    Mounted at /
    [Teardown]    Stop Server    own


*** Keywords ***
Use Server Of Somebody Else
    [Documentation]    It is a child process, which the test could ask; but not under its second name.
    ${address}    Start    faulty:Faulty    isolation=process
    VAR    ${URL}    ${address}    scope=SUITE
    Use Server    ${URL}    alias=shop
    Open Headless Browser    /counter/

Close All
    [Documentation]    Browsers first.
    Close All Browsers
    Stop All Servers
