*** Settings ***
Documentation     A log-in is kept in a file for the tests that follow.

Library           OperatingSystem
Library           SeleniumLibrary    run_on_failure=NOTHING
Resource          ../resources/members.resource

Suite Setup       Start Members And Log In
Suite Teardown    Stop And Remove    ${FOLDER}
Test Setup        Open Headless Browser    about:blank
Test Teardown     Close All Browsers


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

State Is The Page's While A Frame Is Selected
    Go To Page    /members/
    Load Browser State    ${FILE}
    Select New Frame    /members/login
    Save Browser State    ${FOLDER}/framed.json
    ${state}    Get File    ${FOLDER}/framed.json
    Should Contain    ${state}    assam and darjeeling

State Cannot Be Read While A Frame Of Another Site Is Selected
    Go To Page    /members/
    Select New Frame    data:text/html,other
    VAR    ${selected}    a frame of another site is selected. Use 'Unselect Frame' before.
    Run Keyword And Expect Error    EQUALS:The page's storage cannot be used: ${selected}
    ...    Save Browser State    ${FOLDER}/framed.json

Page May Store Nothing
    Save Browser State    ${FOLDER}/nothing.json
    ${state}    Get File    ${FOLDER}/nothing.json
    Should Contain    ${state}    "storage": {}

Dialog Is Open
    Go To Page    /members/
    Execute Javascript    setTimeout(() => alert('Tea is ready'))
    Wait Until Keyword Succeeds    10 s    10 ms    Alert Is Told

File Is For Its Owner Only
    ${mode}    Evaluate    oct(os.stat($FILE).st_mode & 0o777)
    Should Be Equal    ${mode}    0o600

Files That Cannot Be Used Are Named
    Run Keyword And Expect Error    EQUALS:There is no state in nowhere.json: No such file or directory.
    ...    Load Browser State    nowhere.json
    Create File    ${FOLDER}/other.json    {}
    Run Keyword And Expect Error    *other.json is no file of 'Save Browser State' of this version.
    ...    Load Browser State    ${FOLDER}/other.json
    Run Keyword And Expect Error    The state cannot be saved in /proc/state.json: *
    ...    Save Browser State    /proc/state.json


*** Keywords ***
Start Members And Log In
    [Documentation]    Saves the state of a browser in which somebody has logged in.
    ${folder}    Evaluate    tempfile.mkdtemp()
    VAR    ${FOLDER}    ${folder}    scope=SUITE
    VAR    ${FILE}    ${FOLDER}/states/member.json    scope=SUITE
    Open Headless Browser    about:blank
    Open Members
    Log In As    ann    earl grey
    Execute Javascript    localStorage.basket = 'assam and darjeeling'; sessionStorage.step = 2
    Save Browser State    ${FILE}
    Close All Browsers

Select New Frame
    [Documentation]    Adds a frame to the page, and selects it.
    [Arguments]    ${address}
    Execute Javascript    document.body.innerHTML += '<iframe id=frame></iframe>'
    Execute Javascript    document.getElementById('frame').src = '${address}'
    Select Frame    frame

Alert Is Told
    [Documentation]    Fails if the dialog is not open yet, which the browser opens a little later.
    Run Keyword And Expect Error
    ...    The * cannot be *: a dialog was open, 'Tea is ready'. Use 'Handle Alert' before.
    ...    Save Browser State    ${FOLDER}/dialog.json
