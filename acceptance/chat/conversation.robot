*** Settings ***
Documentation    Two visitors talk, each in a browser, and no message is lost or doubled.

Resource         ../resources/chat.resource

Test Setup       Open Chat
Test Teardown    Close Chat


*** Test Cases ***
Two Visitors Talk
    Visitor Enters    Ada
    Visitor Enters    Grace
    Visitor Should Be With    Ada    Ada    Grace
    Visitor Says    Ada    Good morning
    Visitor Says    Grace    Good morning, Ada
    Visitor Should See    Ada    Good morning    Good morning, Ada
    Visitor Should See    Grace    Good morning    Good morning, Ada

Rooms Are Separate
    Visitor Enters    Ada    engines
    Visitor Enters    Grace    compilers
    Visitor Says    Ada    Punched cards, please
    Visitor Says    Grace    COBOL, please
    Visitor Should See    Ada    Punched cards, please
    Visitor Should See    Grace    COBOL, please
    Visitor Should Be With    Ada    Ada

Later Visitor Sees The History
    Visitor Enters    Ada
    Visitor Says    Ada    First
    Visitor Says    Ada    <b>Second</b>
    Visitor Should See    Ada    First    <b>Second</b>
    Visitor Enters    Grace
    Visitor Should See    Grace    First    <b>Second</b>

Visitor Who Leaves Is Not Present
    Visitor Enters    Grace
    Visitor Enters    Ada
    Visitor Should Be With    Grace    Ada    Grace
    Switch Browser    Ada
    Close Browser
    Visitor Should Be With    Grace    Grace

Nothing Is Lost Or Doubled When The Server Is Restarted
    Visitor Enters    Ada
    Visitor Enters    Grace
    Visitor Says    Ada    Before
    Visitor Should See    Grace    Before
    Visitor Says While The Server Is Down    Ada    Meanwhile
    Visitor Should See    Grace    Before    Meanwhile
    Visitor Says    Grace    After
    Visitor Should See    Ada    Before    Meanwhile    After
    Visitor Should See    Grace    Before    Meanwhile    After

Name Is Required
    Run Keyword And Expect Error
    ...    GLOB:* gives no WebSocket: server rejected WebSocket connection: HTTP 400.
    ...    Connect WebSocket    /talk?room=lobby&name=%20


*** Keywords ***
Visitor Says While The Server Is Down
    [Documentation]    Stops the chat, sends a message, and starts the chat on the same port with its history.
    [Arguments]    ${name}    ${text}
    ${url}    Get Server Url
    Stop Server    chat
    Visitor Is Not Connected    ${name}
    Visitor Says    ${name}    ${text}
    VAR    ${port}    ${url.rpartition(':')[2]}
    VAR    &{config}    chat.history=${HISTORY}
    Start Server    sample_app.chat:Chat    server=${SERVER}    config=${config}    alias=chat    port=${port}
