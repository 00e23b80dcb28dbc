*** Settings ***
Documentation     Tea is cheaper before ten.

Resource          shop.resource

Suite Setup       Open Shop    shop6:Shop
Suite Teardown    Close Shop


*** Test Cases ***
Tea Is Cheaper In The Morning
    Freeze Time    2030-12-24 09:59
    Seed Session    name=Ada
    Price Should Be    100    4.00 euros
    Advance Time    1 minute
    Price Should Be    100    5.00 euros


*** Keywords ***
Price Should Be
    [Documentation]    Types an amount and waits for its price.
    [Arguments]    ${grams}    ${price}
    Go To Page    /
    Input Text    grams    ${grams}
    Wait Until Element Contains    price    ${price}
