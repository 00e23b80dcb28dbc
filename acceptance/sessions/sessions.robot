*** Settings ***
Documentation     Tests make sessions of the application, and read them.

Library           Collections
Library           SeleniumLibrary    run_on_failure=NOTHING
Resource          ../resources/members.resource

Suite Setup       Open Headless Browser    about:blank    alias=first
Suite Teardown    Close All Browsers
Test Teardown     Stop All Servers


*** Test Cases ***
Session Is Seeded Without The Login Form
    Open Members
    Seed Session    path=/members    user=ann
    Go To Page    /members/
    Element Text Should Be    greeting    Hello ann, visit 1

Login Form Makes A Session
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

Page Is Open Under Another Name Of The Server
    Open Members
    ${url}    Go To Other Name    shop.localhost
    Seed Session    path=/members    user=ann    visits=${41}
    Go To Page    /members/
    Location Should Be    ${url}/members/
    Element Text Should Be    greeting    Hello ann, visit 42
    ${session}    Get Session    path=/members
    Should Be Equal    ${session}[visits]    ${42}

Cookie Is Of A Domain
    Open Members    tools.sessions.domain=shop.localhost
    Seed Session    path=/members    user=ann
    Go To Other Name    shop.localhost
    Go To Page    /members/
    Element Text Should Be    greeting    Hello ann, visit 1

Seeded Cookie Takes The Place Of Others With Its Name
    Open Members
    Go To Other Name    one.shop.localhost
    Set Cookies Of Ended Sessions
    ${id}    Seed Session    path=/members    user=ann
    ${cookies}    Get Cookies
    Should Be Equal    ${cookies}    session_id=${id}
    Go To Page    /members/
    Element Text Should Be    greeting    Hello ann, visit 1

Cookies Of The Host And Of Its Domains Have One Name
    Open Members
    Go To Other Name    one.shop.localhost
    Seed Session    path=/members    user=ann
    Set Cookies Of Ended Sessions
    ${session}    Get Session    path=/members
    Should Be Equal    ${session}[user]    ann

Browser Has Ended
    Open Members
    Open Headless Browser    alias=ended
    Kill Browser
    VAR    ${message}    The current browser has ended: close it, or open another one.
    Wait Until Keyword Succeeds
    ...    10s
    ...    50ms
    ...    Run Keyword And Expect Error
    ...    ${message}
    ...    Seed Session
    ...    path=/members
    ...    user=ann
    Run Keyword And Expect Error    ${message}    Get Session    path=/members
    Run Keyword And Expect Error    ${message}    Set Geolocation    1    1
    Freeze Time    2030-12-24 18:00
    [Teardown]    Close Ended Browser

Cookie Has The Attributes Of The Application
    Open Members    tools.sessions.name=tea_id    tools.sessions.httponly=True    tools.sessions.path=/members
    ${id}    Seed Session    path=/members    user=ann
    Go To Page    /members/
    ${cookie}    Get Cookie    tea_id
    Should Be Equal    ${cookie.value}    ${id}
    Should Be Equal    ${cookie.path}    /members
    Should Be True    ${cookie.httpOnly}

Session Is In A File
    Create Directory    ${OUTPUT_DIR}/sessions
    Open Members    tools.sessions.storage_class=${{cherrypy.lib.sessions.FileSession}}
    ...    tools.sessions.storage_path=${OUTPUT_DIR}/sessions
    Seed Session    path=/members    user=ann
    Go To Page    /members/
    Element Text Should Be    greeting    Hello ann, visit 1
    ${files}    List Files In Directory    ${OUTPUT_DIR}/sessions    session-*
    Should Not Be Empty    ${files}
    [Teardown]    Stop And Remove    ${OUTPUT_DIR}/sessions

Session Class Is A Third Party's
    Start Server    sample_app.faulty:third_party_members    server=${SERVER}
    ${id}    Seed Session    path=/members    user=ann
    ${session}    Get Session    path=/members    session_id=${id}
    Should Be Equal    ${session}[kept_by]    MarkedSession
    Go To Page    /members/
    Element Text Should Be    greeting    Hello ann, visit 1

Page Without Sessions
    Open Members
    Run Keyword And Expect Error
    ...    EQUALS:Page / of server 'members' has no sessions: tools.sessions.on is not set there. Pages below /members have them.
    ...    Seed Session
    ...    user=ann

Session That Does Not Exist
    Open Members
    Run Keyword And Expect Error    EQUALS:There is no session '01234567…' any more.
    ...    Get Session    path=/members    session_id=0123456789
    Go To Page    /members/
    Delete All Cookies
    Run Keyword And Expect Error    EQUALS:The browser has no cookie 'session_id' for /members.
    ...    Get Session    path=/members

Sessions Of A Server In A Child Process Are Out Of Reach
    Start Server    sample_app.faulty:members    alias=child    isolation=process    server=${SERVER}
    Run Keyword And Expect Error
    ...    EQUALS:Server 'child' runs in another process: its sessions need isolation=thread.
    ...    Seed Session    path=/members    user=ann


*** Keywords ***
Set Cookies Of Ended Sessions
    [Documentation]    Sets a cookie of the host with its subdomains, and one of the domain above it.
    Add Cookie    session_id    0123456789    domain=one.shop.localhost
    Add Cookie    session_id    9876543210    domain=shop.localhost
