*** Settings ***
Documentation     Visitors sign in once; all other tests begin signed in.

Resource          shop.resource

Suite Setup       Open Shop    shop5:Shop
Suite Teardown    Close Shop
Test Teardown     Delete All Cookies


*** Test Cases ***
Visitor Signs In
    [Setup]    Go To Page    /
    Input Text    name    Ada
    Input Password    word    earl grey
    Click Button    Sign in
    Page Should Contain    Welcome, Ada.

Wrong Password Is Refused
    [Setup]    Go To Page    /
    Input Text    name    Ada
    Input Password    word    darjeeling
    Click Button    Sign in
    Page Should Contain    Name or password is wrong.

Member Orders Tea
    [Setup]    Seed Session    name=Ada
    Order Tea    250
    Tea Should Be On Its Way    250
