*** Settings ***
Documentation     A test may make a session of the application, and read it.

Library           Collections
Library           SeleniumLibrary    run_on_failure=NOTHING
Resource          ../resources/members.resource

Suite Setup       Open Headless Browser    about:blank
Suite Teardown    Close All Browsers
Test Teardown     Stop All Servers


*** Test Cases ***
Login Form Is Passed By
    Open Members
    Seed Session    path=/members    user=ann
    Go To Page    /members/
    Element Text Should Be    greeting    Hello ann, visit 1

Login Form Works Without That
    Open Members
    Log In As    ann    earl grey
    Element Text Should Be    greeting    Hello ann, visit 1

Session Is Read
    Open Members
    Seed Session    path=/members    user=ann    visits=${41}
    Go To Page    /members/
    ${session}    Get Session    path=/members
    VAR    &{expected}    user=ann    visits=${42}
    Dictionaries Should Be Equal    ${session}    ${expected}

Cookie Has The Attributes Of The Application
    Open Members    tools.sessions.name=tea_id    tools.sessions.httponly=True    tools.sessions.path=/members
    ${id}    Seed Session    path=/members    user=ann
    Go To Page    /members/
    ${cookie}    Get Cookie    tea_id
    Should Be Equal    ${cookie.value}    ${id}
    Should Be Equal    ${cookie.path}    /members
    Should Be True    ${cookie.httpOnly}

Session In A File
    Create Directory    ${OUTPUT_DIR}/sessions
    Open Members    tools.sessions.storage_class=${{cherrypy.lib.sessions.FileSession}}
    ...    tools.sessions.storage_path=${OUTPUT_DIR}/sessions
    Seed Session    path=/members    user=ann
    Go To Page    /members/
    Element Text Should Be    greeting    Hello ann, visit 1
    ${files}    List Files In Directory    ${OUTPUT_DIR}/sessions    session-*
    Should Not Be Empty    ${files}
    [Teardown]    Stop And Remove    ${OUTPUT_DIR}/sessions

Session Of A Third Party
    Start Server    sample_app.faulty:third_party_members    server=${SERVER}
    ${id}    Seed Session    path=/members    user=ann
    ${session}    Get Session    path=/members    session_id=${id}
    Should Be Equal    ${session}[kept_by]    MarkedSession
    Go To Page    /members/
    Element Text Should Be    greeting    Hello ann, visit 1

Page Without Sessions Is Told
    Open Members
    Run Keyword And Expect Error
    ...    EQUALS:Page / of server 'members' has no sessions: tools.sessions.on is not set there. Pages below /members have them.
    ...    Seed Session
    ...    user=ann

Session That There Is Not Is Told
    Open Members
    Run Keyword And Expect Error    EQUALS:There is no session '01234567…' any more.
    ...    Get Session    path=/members    session_id=0123456789
    Delete All Cookies
    Run Keyword And Expect Error    EQUALS:The browser has no cookie 'session_id' for /members.
    ...    Get Session    path=/members

Server In A Child Process Has Its Sessions For Itself
    Start Server    sample_app.faulty:members    alias=child    isolation=process    server=${SERVER}
    Run Keyword And Expect Error
    ...    EQUALS:Server 'child' runs in another process: its sessions need isolation=thread.
    ...    Seed Session    path=/members    user=ann
