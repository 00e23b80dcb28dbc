*** Settings ***
Documentation     Evidence of every test.

Library           robot_cherrypy    evidence=always
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Shop And Browser
Suite Teardown    Close All Browsers


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Pass
    Go To Page    /
    Input Text    grams    200
    Click Button    order
    Wait Until Page Contains    Thank you


*** Keywords ***
Open Shop And Browser
    [Documentation]    Starts the shop, and a browser that all tests use.
    Start Server    sample_app.faulty:Faulty    server=${SERVER}
    Open Headless Browser
