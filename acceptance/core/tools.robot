*** Settings ***
Documentation     Tools work before and after pages.

Resource          ../resources/client.resource

Suite Setup       Start Server    tools_app:Pages    server=${SERVER}
Suite Teardown    Stop Server


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Tool Adds A Header
    ${url}    Get Server Url
    ${response}    Evaluate    requests.get($url, timeout=10)
    Should Match Regexp    ${response.headers}[X-Seconds]    ^0\\.\\d{6}$

Tool Refuses
    ${page}    Visit    /cave
    Should Contain    ${page}    Members only.

Tool Lets In
    ${url}    Get Server Url
    ${response}    Evaluate    requests.get($url + '/cave', headers={'X-Key': 'sesame'}, timeout=10)
    Should Be Equal    ${response.text}    treasure


*** Keywords ***
Page Should Say
    [Documentation]    Compares the whole page.
    [Arguments]    ${path}    ${text}
    ${page}    Visit    ${path}
    Should Be Equal    ${page}    ${text}
