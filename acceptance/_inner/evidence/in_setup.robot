*** Settings ***
Documentation     A server error that comes before any test.

Resource          ../../resources/shop.resource

Suite Setup       Open Shop And Fail
Suite Teardown    Close Shop


*** Test Cases ***
Innocent Page
    Visit    /


*** Keywords ***
Open Shop And Fail
    [Documentation]    Opens a page that has an error.
    Open Shop
    Visit    /tea?name=oolong
