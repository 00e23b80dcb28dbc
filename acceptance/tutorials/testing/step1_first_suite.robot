*** Settings ***
Documentation     A visitor orders tea.

Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Shop
Suite Teardown    Close Shop


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Visitor Orders Tea
    Input Text    grams    250
    Click Button    Order
    Page Should Contain    250 g of tea are on their way.


*** Keywords ***
Open Shop
    [Documentation]    Starts the shop and a browser.
    Start Server    shop1:Shop    server=${SERVER}
    Open Headless Browser

Close Shop
    [Documentation]    Closes the browser and stops the server.
    Close All Browsers
    Stop Server
