*** Settings ***
Documentation     A page that looks fine while its order was not written down, and one whose script raises an error.

Library           robot_cherrypy    timeout=1 minute
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Shop


*** Test Cases ***
Large Order Is Confirmed
    Go To Page    /
    Input Text    tea    darjeeling
    Input Text    grams    5000
    Input Password    card_secret    4000 0000 0000 0002
    Click Button    order
    Element Should Be Visible    thanks

Basket Is Shown
    Go To Page    /broken_page
    Wait Until Element Is Visible    basket    0.3 s


*** Keywords ***
Open Shop
    Start Server    sample_app.faulty:Shop    alias=shop
    Open Headless Browser
