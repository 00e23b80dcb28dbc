*** Settings ***
Documentation     A page that makes it hard to look at it has evidence too, and notices nothing.

Library           ../resources/inner_runs.py

Suite Setup       Run Inner Suite    hostile/pages.robot    --variable    SERVER:${SERVER}
...                   --listener    robot_cherrypy.options:evidence_budget=10 s
...                   --pythonpath    ${CURDIR}/../_inner/hostile
Suite Teardown    Delete Inner Reports
Test Template     Inner Test Should Have Failed On Purpose And Show


*** Variables ***
${SERVER}     threaded
${PICTURE}    data:image/jpeg;base64,


*** Test Cases ***
Dialog
    Dialog Is Left To The Teardown     confirm: Delete it?    while a dialog is open
Console
    Console Is Left To The Teardown    ${PICTURE}             Chatty                    older lines are left out          first
Frame
    Frame Is Selected                  ${PICTURE}             Quiet                     in the frame
Closed Window
    Window Is Closed                   ${PICTURE}             Quiet                     the selected window was closed
Long Page
    Long Page                          ${PICTURE}             in view, of               row 1999
Heavy Page
    Heavy Page                         ${PICTURE}             Heavy                     its end is left out
Greedy Page
    Greedy Page                        ${PICTURE}             Greedy                    GET /nothing
Page That Is About To Be Left
    Page Is About To Be Left           ${PICTURE}             The old page              GET /held was not answered
No Error Was Reported
    [Template]    NONE
    Inner Run Should Have Reported Nothing


*** Keywords ***
Inner Test Should Have Failed On Purpose And Show
    [Documentation]    No look made the teardown fail as well.
    [Arguments]    ${test}    @{texts}
    Inner Test Should Have Failed    ${test}    On purpose.
    Inner Test Should Show    ${test}    @{texts}
