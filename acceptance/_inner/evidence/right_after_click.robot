*** Settings ***
Documentation     Tests that fail while the page is about to be left.

Library           SeleniumLibrary    run_on_failure=NOTHING
Resource          ../../resources/shop.resource

Suite Setup       Open Shop And Browser
Suite Teardown    Close All Browsers
Test Template     Click And Fail


*** Test Cases ***
First     1
Second    2
Third     3
Fourth    4
Fifth     5
Sixth     6


*** Keywords ***
Open Shop And Browser
    [Documentation]    Starts the shop, and a browser that all tests use.
    Open Shop
    Open Headless Browser

Click And Fail
    [Documentation]    Fails while the browser waits for a delayed response.
    [Arguments]    ${number}
    Go To Page    /counter/
    Delay Responses    /counter/raise_count    ${number}0 ms
    Click Button    raise
    Fail    Too early.
