*** Settings ***
Documentation     Two instances share a database, and visitors do not notice when one of them crashes.

Library           Process
Resource          book.resource

Suite Setup       Open Book
Suite Teardown    Close All Browsers
Test Setup        Go To    ${BOOK}


*** Test Cases ***
Both Instances Show An Entry
    Write Entry    It was a lovely day.
    Instance Should Show    one    It was a lovely day.
    Instance Should Show    two    It was a lovely day.

Visitors Do Not Notice A Crash
    Kill Server    one
    Write Entry    Nobody has noticed.
    [Teardown]    Bring Back    one


*** Keywords ***
Open Book
    [Documentation]    Starts two instances with a database and HAProxy, and opens the page through HAProxy.
    ${database}    Make Database
    Start Instance    one    ${database}
    Start Instance    two    ${database}
    ${url}    Start Load Balancer    one    two    check=/health
    VAR    ${BOOK}    ${url}    scope=SUITE
    Open Headless Browser    ${url}

Make Database
    [Documentation]    Starts PostgreSQL, makes the table as the page says, and returns the URL.
    Start PostgreSQL
    ${database}    Create Database
    ${made}    Run Process    python3    book4.py    cwd=${CURDIR}    env:BOOK=${database}
    Should Be Equal As Integers    ${made.rc}    0    ${made.stderr}
    RETURN    ${database}

Start Instance
    [Documentation]    Starts an instance in a process of its own.
    [Arguments]    ${name}    ${database}
    VAR    &{env}    BOOK=${database}
    Start Server    book4:application    server=${SERVER}    isolation=process    alias=${name}    env=${env}

Bring Back
    [Documentation]    Starts an instance again, and waits until HAProxy sends requests to it.
    [Arguments]    ${name}
    Restart Server    ${name}
    Wait Until Instance Is    ${name}    up

Instance Should Show
    [Documentation]    Asks an instance itself, without HAProxy.
    [Arguments]    ${name}    ${text}
    ${url}    Get Server Url    ${name}
    Go To    ${url}
    Element Should Contain    entries    ${text}
