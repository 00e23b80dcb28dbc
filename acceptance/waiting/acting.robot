*** Settings ***
Documentation     With `retry_checks`, clicks and typing wait for an element that is there, visible, still, enabled and
...               covered by nothing.

Library           robot_cherrypy    timeout=60 s    retry_checks=2 min
Library           ${CURDIR}/own_library.py    plugins=${CURDIR}/own_plugin.py    run_on_failure=NOTHING    AS    Web

Suite Setup       Open Late
Suite Teardown    Close All Browsers
Test Timeout      1 minute    # less than `retry_checks`: a test that waits in vain fails
Test Template     Page Should Say After


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Button That Comes Late    /button      clicked    Click Button                 go
Covered Button            /covered     clicked    Click Button                 go
Disabled Button           /disabled    clicked    Click Element                go
Hidden Button             /hidden      clicked    Click Button                 go
Moving Button             /moving      clicked    Click Button                 go
List                      /list        milk       Select From List By Label    list    milk
Shadow DOM                /shadow      clicked    Click In Shadow Root         host    go
Drag And Drop             /drag        dropped    Drag And Drop                from    to
Hidden File               /file        late.py    Choose File                  file    ${CURDIR}/late.py
Keyword Of A Subclass     /covered     clicked    Press                        go
Keyword Of A Plugin       /button      clicked    Press By Plugin              go
Frame Is Waited For
    [Template]    NONE
    Go To Page    /framed
    Select Frame    frame
    Element Text Should Be    out    done
Frame May Be Covered From Outside
    [Template]    NONE
    Go To Page    /framed_and_covered
    Select Frame    frame
    Click Button    go
    Element Text Should Be    out    clicked
Window Is Waited For
    [Template]    NONE
    Go To Page    /window
    Switch Window    NEW
    Title Should Be    Late
    Close Window
    Switch Window    MAIN
Covering Element Is Named
    [Template]    NONE
    Go To Page    /covered_for_ever
    Run Keyword And Expect Error    *Element <button id="go"> is covered by <div id="cover" class="cover">.*
    ...    Click Button    go
    Run Keyword And Expect Error    *Element <input id="name"> is covered by <div id="cover" class="cover">.*
    ...    Input Text    name    Ada
Disabled Button Is Named
    [Template]    NONE
    Go To Page    /disabled_for_ever
    Run Keyword And Expect Error    *Element <button id="go"> is disabled.*    Click Button    go


*** Keywords ***
Open Late
    [Documentation]    Starts the application and opens a browser that all tests use.
    Start Server    late:Late    server=${SERVER}
    Open Headless Browser    /still

Page Should Say After
    [Documentation]    Loads a page, runs a keyword on it, and checks what came of it.
    [Arguments]    ${path}    ${text}    ${keyword}    @{arguments}
    Go To Page    ${path}
    Run Keyword    ${keyword}    @{arguments}
    Element Text Should Be    out    ${text}
