*** Settings ***
Documentation     A request passes the hook points in their order; `on_end_request` comes once the response was sent.

Resource          ../resources/client.resource

Suite Setup       Start Server    request_app:Pages    server=${SERVER}
Suite Teardown    Stop Server


*** Variables ***
${SERVER}    threaded
${BEFORE}    on_start_resource, before_request_body, before_handler, the page


*** Test Cases ***
Page Is Made
    Visit    /
    Wait Until Passed    ${BEFORE}, before_finalize, on_end_resource, on_end_request

Page Raises An Error
    Expect Server Error    ValueError*
    Visit    /broken
    Wait Until Passed    ${BEFORE}, on_end_resource, before_error_response, after_error_response, on_end_request


*** Keywords ***
Wait Until Passed
    [Documentation]    Asks which hook points the last request has passed, until it was all of them.
    [Arguments]    ${points}
    Wait Until Keyword Succeeds    1 min    50 ms    Page Should Say    /passed    ${points}

Page Should Say
    [Documentation]    Compares the whole page.
    [Arguments]    ${path}    ${text}
    ${page}    Visit    ${path}
    Should Be Equal    ${page}    ${text}
