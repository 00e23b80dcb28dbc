*** Settings ***
Documentation     Pages whose own scripts and pictures fail.

Library           robot_cherrypy    fail_on_browser_error=True
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Shop And Browser
Suite Teardown    Close All Browsers


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Page Whose Script Fails
    Go To Page    /broken_page
    Page Should Contain    Your basket

Page That Is Fine
    Go To Page    /
    Page Should Contain    Our teas

Page Whose Browser The Teardown Closes
    Go To Page    /broken_page
    [Teardown]    Close All Browsers


*** Keywords ***
Open Shop And Browser
    [Documentation]    Starts the shop, and a browser that all tests use.
    Start Server    sample_app.faulty:Faulty    server=${SERVER}    port=${{0}}
    Open Headless Browser
