*** Settings ***
Documentation     A plugin lives as long as its server.

Resource          ../resources/client.resource

Suite Setup       Start Server    plugin_app:application    server=${SERVER}
Suite Teardown    Stop Server


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Listeners Are Called By The Bus
    Restart Server
    Page Should Say    /    start before_request
    Page Should Say    /    start before_request before_request


*** Keywords ***
Page Should Say
    [Documentation]    Compares the whole page.
    [Arguments]    ${path}    ${text}
    ${page}    Visit    ${path}
    Should Be Equal    ${page}    ${text}
