*** Settings ***
Documentation     Listeners are called in the order of their priorities, while their server runs.

Resource          ../resources/client.resource

Suite Setup       Start Server    bus_app:application    server=${SERVER}
Suite Teardown    Stop Server


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Kettle Comes Before The Till
    Page Should Say    /?name=darjeeling    a cup of darjeeling, 3 coins for darjeeling

Each Listens Once After A Restart
    Restart Server
    Page Should Say    /    a cup of assam, 3 coins for assam


*** Keywords ***
Page Should Say
    [Documentation]    Compares the whole page.
    [Arguments]    ${path}    ${text}
    ${page}    Visit    ${path}
    Should Be Equal    ${page}    ${text}
