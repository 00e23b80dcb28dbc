*** Settings ***
Documentation     Evidence of no test.

Library           robot_cherrypy    evidence=never
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Shop And Browser
Suite Teardown    Close All Browsers


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Fail
    Go To Page    /
    Input Text    grams    200
    Click Button    order
    Fail    Nobody shows why.


*** Keywords ***
Open Shop And Browser
    [Documentation]    Starts the shop, and a browser that all tests use.
    Start Server    sample_app.faulty:Faulty    server=${SERVER}
    Open Headless Browser
