*** Settings ***
Documentation     Coroutines run on the event loop, all else on worker threads.

Resource          ../resources/client.resource

Suite Setup       Start Server    coroutines_app:Pages    server=async
Suite Teardown    Stop Server


*** Test Cases ***
Page Runs At Its Place
    [Template]    Page Should Say
    /plain    worker thread
    /coroutine    event loop
    /quick    event loop
    /moved    worker thread


*** Keywords ***
Page Should Say
    [Documentation]    Compares the whole page.
    [Arguments]    ${path}    ${text}
    ${page}    Visit    ${path}
    Should Be Equal    ${page}    ${text}
