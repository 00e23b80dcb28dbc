*** Settings ***
Documentation     A folder whose files do not import the library themselves.

Resource          ../../../resources/shop.resource

Suite Setup       Open Shop For All Files
Suite Teardown    Close Shop


*** Keywords ***
Open Shop For All Files
    [Documentation]    Starts the shop and keeps its URL.
    ${url}    Open Shop
    VAR    ${URL}    ${url}    scope=GLOBAL    # robocop: off=VAR04
