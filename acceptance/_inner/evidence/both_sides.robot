*** Settings ***
Documentation     A shop whose tests fail, with a browser open on it.

Library           SeleniumLibrary    run_on_failure=NOTHING
Resource          ../../resources/shop.resource

Suite Setup       Open Shop And Browser
Suite Teardown    Close Shop And Browser


*** Test Cases ***
Order Too Much
    Go To Page    /
    Input Text    tea    darjeeling
    Input Text    grams    5000
    Input Password    card_secret    4929-1234-5678
    Click Button    order
    Element Should Be Visible    thanks

Look For What Is Not There
    Go To Page    /broken_page
    Wait Until Element Is Visible    basket    0.3 s

Open A Page That Is Not There
    Go To Page    /teas
    Page Should Contain    darjeeling

Fail With A Session
    Go To Page    /members/leak
    Fail    Something leaks.

Fail And Close The Browser
    Go To Page    /tea?name=assam
    Fail    Not my cup of tea.
    [Teardown]    Close All Browsers

Fail Without A Browser
    Fail    Nothing was open.

Pass
    Visit    /


*** Keywords ***
Open Shop And Browser
    [Documentation]    Starts the shop, and a browser that all tests use.
    VAR    &{sections}    /members=${{{'tools.sessions.on': True}}}
    Open Shop    config=${sections}
    Open Headless Browser

Close Shop And Browser
    [Documentation]    Closes all browsers, and stops the shop.
    Close All Browsers
    Close Shop
