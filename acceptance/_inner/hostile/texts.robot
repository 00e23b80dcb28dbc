*** Settings ***
Documentation    An application that says what a report cannot have. All of these tests fail, but for `Exit`.

Library          robot_cherrypy    server=${SERVER}    timeout=60 s
Library          clients.py

Suite Setup      Start Texts


*** Variables ***
${SERVER}       threaded
${ISOLATION}    thread


*** Test Cases ***
Exception
    Send    ${URL}/greet    {"name": "\\ud83d"}    Content-Type=application/json

HTTP Error
    Send    ${URL}/http_error

Exit
    Send    ${URL}/system_exit
    [Teardown]    Start Again

Log
    Send    ${URL}/log
    Fail    Something else.

Session
    Send    ${URL}/session
    Fail    Something else.

Exception Without A Text
    Send    ${URL}/without_text

Long
    Send    ${URL}/long

Question Marks
    Send    ${URL}/question_marks

Markup In A Message Of HTML
    Send    ${URL}/markup
    Fail    *HTML* <b>Bold</b>

Controls
    Send    ${URL}/controls

Odd Cookie
    Send    ${URL}/session    Cookie=foo@bar=1; session_id=1
    Fail    Something else.


*** Keywords ***
Start Texts
    [Documentation]    Starts the application, again if it has ended.
    VAR    &{sections}    /=${{{'tools.sessions.on': True}}}
    ${url}    Start Server    texts:Texts    alias=texts    config=${sections}    isolation=${ISOLATION}
    VAR    ${URL}    ${url}    scope=SUITE

Start Again
    [Documentation]    Starts the application again, which has ended.
    Server Should Not Be Running    texts
    Restart Server    texts
