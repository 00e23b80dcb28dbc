*** Settings ***
Documentation     A test waits for the server, and sees what the page has asked it.

Resource          shop.resource

Suite Setup       Open Shop    shop4:Shop
Suite Teardown    Close Shop


*** Test Cases ***
Price Is Shown While Somebody Types
    Go To Page    /
    Input Text    grams    200
    Wait Until Server Is Idle
    Wait Until Element Contains    price    10.00 euros
    VAR    &{asked}    grams=200
    Server Should Have Received    GET    /price    parameters=${asked}

Too Much Tea Is Refused
    Order Should Be Refused    5000    g are left, not 5000
