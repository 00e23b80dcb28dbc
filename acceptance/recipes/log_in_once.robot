*** Settings ***
Documentation     The log-in page is used once; all other tests begin logged in.

Library           OperatingSystem
Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Log In And Keep It
Suite Teardown    Remove File    ${STATE}
Test Teardown     Delete All Cookies


*** Variables ***
${SERVER}    threaded
${STATE}     ${OUTPUT_DIR}/ada.json


*** Test Cases ***
State Of A Browser
    Load Browser State    ${STATE}
    Go To Page    /members/
    Page Should Contain    Hello, ada.

Session Without The Page
    Seed Session    name=grace
    Go To Page    /members/
    Page Should Contain    Hello, grace.

Nobody Is Logged In
    Go To Page    /members/
    Title Should Be    Log in


*** Keywords ***
Log In And Keep It
    [Documentation]    Logs in as a visitor does, and writes cookies and storage into a file.
    Start Server    login_app:Site    server=${SERVER}
    Open Headless Browser    /login
    Input Text    name    ada
    Input Password    password    difference engine
    Click Button    Log in
    Page Should Contain    Hello, ada.
    Save Browser State    ${STATE}
    Delete All Cookies
