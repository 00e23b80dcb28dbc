*** Settings ***
Documentation     An application that shows secrets. All of these tests fail.

Library           robot_cherrypy    server=${SERVER}    wait_after_clicks=True    timeout=60 s
Library           SeleniumLibrary    run_on_failure=NOTHING
Library           clients.py
Variables         planted.py

Suite Setup       Start Leaking
Suite Teardown    Close All Browsers


*** Variables ***
${SERVER}       threaded
${ISOLATION}    thread


*** Test Cases ***
Variable
    Log In With    secret    ${PLANTED}[variable]

Dictionary Item
    Open Form
    Input Password    secret    ${PLANTED}[dictionary item]
    Click Button    send

Named Argument
    Open Form
    Input Password    secret    password=${PLANTED}[named argument]    clear=True
    Click Button    send

List
    Open Form
    Input Password    @{BOTH}
    Click Button    send

Odd Characters
    Log In With    secret    ${PLANTED}[odd]

Password Field
    Open Form
    Execute JavaScript    const field = document.getElementById('secret');
    ...    field.value = ['planted', '7306', 'field'].join('-'); console.error(field.value);
    Fail    Something else.

Secret Variable
    Log In With Local Secret

Text In A Password Field
    Open Form
    Input Text    word    ${PLANTED}[text]
    Click Button    send

Password Of One Time
    Open Form
    Input Text    number    ${PLANTED}[one-time]
    Submit Form    css:form

Shadow Root And Frame
    Open Form
    Execute JavaScript
    ...    const write = (field, ...words) => { field.value = words.join('-') };
    ...    write(root.getElementById('shadowed'), 'planted', '7315', 'shadow');
    ...    write(document.getElementById('inner').contentDocument.getElementById('framed'), 'planted', '7316', 'frame');
    Click Button    send

Sent By A Script
    Open Form
    Press Keys    secret    ${PLANTED}[script]
    Execute JavaScript    document.getElementById('send').click()
    Go To Page    /

Everything That Is Sent
    Send All    ${URL}

Everything That Is Said
    Send    ${URL}/say

Markup
    Go To Page    /markup
    Fail    Something else.

Request
    Send
    ...    url=${URL}/api?access_token=${PLANTED}[query]&code=${PLANTED}[code]
    ...    body={"password": "${PLANTED}[json]"}
    ...    Content-Type=application/json
    ...    Cookie=session_id=${PLANTED}[cookie]
    ...    X-Auth-Token=${PLANTED}[header]

Near Miss
    Send    url=${URL}/?api_key=${PLANTED}[query]
    Server Should Have Received    GET    /other    parameters={'api_key': 'x'}


*** Keywords ***
Start Leaking
    [Documentation]    Starts the application, and a browser that all tests use.
    VAR    &{sections}    /=${{{'tools.sessions.on': True}}}
    ${url}    Start Server    leaking:Leaking    config=${sections}    isolation=${ISOLATION}
    VAR    ${URL}    ${url}    scope=SUITE
    Open Headless Browser

Open Form
    [Documentation]    Shows an empty form.
    Go To Page    /

Log In With
    [Documentation]    Sends the form.
    [Arguments]    ${locator}    ${secret}
    Open Form
    Input Password    ${locator}    ${secret}
    Click Button    send

Log In With Local Secret
    [Documentation]    Sends the form with a secret that is a variable of this keyword.
    VAR    ${local}    ${SECRET}
    Log In With    secret    ${local.value}
