*** Settings ***
Documentation     A log-in is kept in a file for the tests that follow.

Library           OperatingSystem
Library           SeleniumLibrary    run_on_failure=NOTHING
Resource          ../resources/members.resource

Suite Setup       Start Members And Log In
Suite Teardown    Stop All Servers
Test Setup        Open Headless Browser    about:blank
Test Teardown     Close All Browsers


*** Variables ***
${FILE}    ${OUTPUT_DIR}/states/member.json


*** Test Cases ***
Log In Is Loaded
    Go To Page    /members/
    Load Browser State    ${FILE}
    Go To Page    /members/
    Element Should Contain    greeting    Hello ann
    ${stored}    Execute Javascript    return localStorage.basket + sessionStorage.step
    Should Be Equal    ${stored}    assam and darjeeling2

Storage Is Of Another Page
    ${message}    Run Keyword And Expect Error    *    Load Browser State    ${FILE}
    Should Start With    ${message}    The storage in ${FILE} is of http://127.0.0.1, and the page

File Is For Its Owner Only
    ${mode}    Evaluate    oct(os.stat($FILE).st_mode & 0o777)
    Should Be Equal    ${mode}    0o600

Files That Cannot Be Used Are Named
    Run Keyword And Expect Error    EQUALS:There is no state in nowhere.json: No such file or directory.
    ...    Load Browser State    nowhere.json
    Create File    ${OUTPUT_DIR}/states/other.json    {}
    Run Keyword And Expect Error    *other.json is no file of 'Save Browser State' of this version.
    ...    Load Browser State    ${OUTPUT_DIR}/states/other.json
    Run Keyword And Expect Error    The state cannot be saved in /proc/state.json: *
    ...    Save Browser State    /proc/state.json


*** Keywords ***
Start Members And Log In
    [Documentation]    Saves the state of a browser in which somebody has logged in.
    Open Headless Browser    about:blank
    Open Members
    Log In As    ann    earl grey
    Execute Javascript    localStorage.basket = 'assam and darjeeling'; sessionStorage.step = 2
    Save Browser State    ${FILE}
    Close All Browsers
