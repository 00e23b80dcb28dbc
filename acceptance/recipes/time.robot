*** Settings ***
Documentation    Nobody waits until evening.

Library          robot_cherrypy
Library          SeleniumLibrary    run_on_failure=NOTHING

Suite Setup      Open Shop


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Shop Closes At Six
    Freeze Time    2030-12-24 17:59
    Go To Page    /
    Element Text Should Be    css:h1    Open
    Advance Time    1 minute
    Reload Page
    Element Text Should Be    css:h1    Closed

Page Asks After Ten Minutes
    Travel To    2030-12-24 12:00
    Go To Page    /
    Element Text Should Be    waited    ${EMPTY}
    Advance Time    10 minutes
    Wait Until Element Contains    waited    Still there?


*** Keywords ***
Open Shop
    [Documentation]    Starts the application and opens its page.
    Start Server    opening_hours_app:Shop    server=${SERVER}
    Open Headless Browser
