*** Settings ***
Documentation     A test that fails while WebSockets are open.

Library           robot_cherrypy    server=${SERVER}
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Start Server    sample_app.chat:Chat
Suite Teardown    Run Keywords    Close All Browsers    AND    Stop Server


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Fail After Frames
    Open Headless Browser
    Input Text    id:name    Ada
    Click Button    Enter
    Wait Until Element Contains    id:state    Connected
    Connect WebSocket    /talk?room=lobby&name=Grace    alias=Grace
    VAR    &{said}    say=Relay 70    id=1
    Send WebSocket Message    ${said}
    Wait Until Page Contains    Relay 70
    Fail    Moth found
