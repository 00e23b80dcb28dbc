*** Settings ***
Documentation     What a visitor does whom nothing fails.

Library           robot_cherrypy    timeout=1 minute
Library           SeleniumLibrary

Suite Setup       Open Shop


*** Test Cases ***
Look At A Tea
    Go To Page    /tea?name=assam
    Page Should Contain    4.80 €

Order A Tea
    Go To Page    /
    Click Button    order
    Page Should Contain    Thank you


*** Keywords ***
Open Shop
    Start Server    sample_app.faulty:Shop
    Open Headless Browser
