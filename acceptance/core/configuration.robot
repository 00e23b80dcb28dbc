*** Settings ***
Documentation     The more special place of an entry wins.

Resource          ../resources/client.resource

Suite Setup       Start Server    configuration_app:application    server=${SERVER}
Suite Teardown    Stop Server


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Entry Comes From Its Place
    [Template]    Page Should Say
    /    from the class
    /special    from the page
    /by_path    from the path

Suite Gives Another Value
    VAR    &{config}    greeting=from the test
    Start Server    configuration_app:application    server=${SERVER}    config=${config}    alias=other
    Page Should Say    /special    from the page
    Page Should Say    /    from the test
    Stop Server    other


*** Keywords ***
Page Should Say
    [Documentation]    Compares the whole page.
    [Arguments]    ${path}    ${text}
    ${page}    Visit    ${path}
    Should Be Equal    ${page}    ${text}
