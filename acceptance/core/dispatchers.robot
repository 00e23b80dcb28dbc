*** Settings ***
Documentation     Each dispatcher finds its page handlers.

Resource          ../resources/client.resource

Suite Setup       Start Server    dispatchers_app:application    server=${SERVER}
Suite Teardown    Stop Server


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Path Finds Its Page
    [Template]    Page Should Say
    /year/2030    2030 all
    /year/2030/may    2030 may
    /who/knows    nothing else fits: who/knows
    /order/7/    order 7
    /order/7/items    items of 7
    /resource    read

Method Is Put
    ${url}    Get Server Url
    ${response}    Evaluate    requests.put($url + '/resource', timeout=10)
    Should Be Equal    ${response.text}    written

Own Dispatcher Reads The Language
    Start Server    dispatchers_app:by_language    server=${SERVER}    alias=languages
    Page Should Say    /de/hello    Guten Tag
    Page Should Say    /no/hello    God dag
    Page Should Say    /en/hello    Hello
    Stop Server    languages


*** Keywords ***
Page Should Say
    [Documentation]    Compares the whole page.
    [Arguments]    ${path}    ${text}
    ${page}    Visit    ${path}
    Should Be Equal    ${page}    ${text}
