*** Settings ***
Documentation     An error outside of any test.

Resource          ../../resources/shop.resource

Suite Setup       Open Shop And Fail
Suite Teardown    Close Shop


*** Test Cases ***
Innocent Page
    Visit    /


*** Keywords ***
Open Shop And Fail
    [Documentation]    Nobody expects it there.
    Open Shop
    Visit    /tea?name=oolong
