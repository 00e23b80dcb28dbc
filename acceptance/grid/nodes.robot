*** Settings ***
Documentation     Browsers of a Selenium Grid with two nodes are as those of this machine.

Resource          ../resources/grid.resource

Suite Setup       Start Grid Or Skip
Suite Teardown    Run Keyword And Ignore Error    Delete Inner Reports
Test Teardown     Close And Check

Test Tags         grid


*** Test Cases ***
Both Sides Are In The Evidence
    Start Inner Suite On Grid    evidence/both_sides.robot
    Inner Run Should End
    Inner Test Should Show    Order Too Much    data:image/jpeg;base64,    as the browser saw it
    ...    as the server saw it    Click Button
    Inner Test Should Show    Look For What Is Not There    ReferenceError: total is not defined
    ...    /none.png    /api/none

Browser Is As It Was Asked For
    Open On Grid    language=de-DE    time_zone=Asia/Tokyo    color_scheme=dark    device=Pixel 7
    ${seen}    Execute Javascript
    ...    return [screen.width, navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone]
    Should Be Equal    ${seen}    ${{[412, 'de-DE', 'Asia/Tokyo']}}

Clock Of The Page Is That Of The Server
    Start    kinds:Pages
    Open On Grid    /
    Freeze Time    2030-01-01 12:00
    ${year}    Execute Javascript    return new Date().getFullYear()
    Should Be Equal As Integers    ${year}    2030

Place In The Queue Is Told
    Open On Grid
    Open On Grid    alias=second
    Start Inner Suite On Grid    grid/opened.robot    --test    Browser Opens
    Wait Until Keyword Succeeds    2 min    0.5 s    Inner Console Should Have
    ...    Waiting for a free browser of the Selenium Grid at ${GRID[7:]}: 0 before.
    Close Browser
    Inner Run Should End
    Inner Test Should Have Passed    Browser Opens

Grid Runs Already
    Run Keyword And Expect Error    EQUALS:A browser grid runs already: use 'Stop Browser Grid' first.
    ...    Start Browser Grid

Node Does Not Exist
    Run Keyword And Expect Error    EQUALS:The browser grid has no node 'node3'. Running: node1, node2.
    ...    Kill Browser Node    node3

Browser Is Of This Machine
    Open Headless Browser    about:blank
    Run Keyword And Expect Error    EQUALS:No node of the browser grid has opened this browser.
    ...    Kill Browser Node

No Browser Is Open
    Run Keyword And Expect Error    EQUALS:No browser is open: name the node.    Kill Browser Node


*** Keywords ***
Close And Check
    [Documentation]    Closes the browsers; none is left on the Grid.
    Close All Browsers
    Stop All Servers
    Grid Should Have Sessions    ${GRID}    ${0}
