*** Settings ***
Documentation    Databases of every kind are created, saved, reset and queried by the same keywords.

Resource         ../resources/stack.resource

Suite Setup      Start All Servers Or Skip
Test Teardown    Stop All Servers


*** Test Cases ***
SQL Databases Keep And Restore Their Content
    [Template]    Database Should Keep And Restore Its Content
    postgresql
    mariadb
    sqlite

Redis Keeps And Restores Its Content
    ${redis}    Create Database    kind=redis
    Query Database    ${redis}    SET greeting 'Good morning'
    Save Database    ${redis}
    Query Database    ${redis}    FLUSHDB
    Reset Database    ${redis}
    ${rows}    Query Database    ${redis}    GET greeting
    Should Be Equal    ${rows}    ${{ [['Good morning']] }}

Values Keep Their Types
    ${database}    Create Database    kind=postgresql
    ${rows}    Query Database    ${database}    SELECT NULL, '', 1.50, E'two\\nlines', '[1]'::jsonb
    Should Be Equal    ${rows}    ${{ [[None, '', decimal.Decimal('1.50'), 'two\nlines', [1]]] }}

Servers Survive A Crash
    [Setup]    Query Database    ${REDIS}    SET greeting hello
    Query Database    ${REDIS}    SAVE
    Restart Redis    crash=True
    Restart MariaDB    crash=True
    ${rows}    Query Database    ${REDIS}    GET greeting
    Should Be Equal    ${rows}[0][0]    hello
    Query Database    ${MARIADB}    SELECT 1

Project Begins Each Time With The Same Content
    [Documentation]    Its SQLite file stays open in the application, whichever process that runs in.
    [Template]    Notes Should Be Reset
    thread
    process


*** Keywords ***
Start All Servers Or Skip
    [Documentation]    Skips the suite where a program is missing.
    Skip Without Stack    databases=True
    Start PostgreSQL
    ${mariadb}    Start MariaDB
    ${redis}    Start Redis
    VAR    ${MARIADB}    ${mariadb}    scope=SUITE
    VAR    ${REDIS}    ${redis}    scope=SUITE

Database Should Keep And Restore Its Content
    [Documentation]    Copies a template, saves the copy, and resets it after a change.
    [Arguments]    ${kind}
    ${template}    Create Database    kind=${kind}
    Query Database    ${template}    CREATE TABLE fruits (name varchar(20))
    ${database}    Create Database    ${template}
    Query Database    ${database}    INSERT INTO fruits VALUES ('apple'), ('pear')
    Save Database    ${database}
    Query Database    ${database}    DROP TABLE fruits
    Reset Database    ${database}
    Fruits Should Be    ${database}    apple    pear
    Fruits Should Be    ${template}

Fruits Should Be
    [Documentation]    Compares the rows of the table with names.
    [Arguments]    ${database}    @{expected}
    ${rows}    Query Database    ${database}    SELECT name FROM fruits ORDER BY name
    Should Be Equal    ${{ [name for (name,) in $rows] }}    ${expected}

Notes Should Be Reset
    [Documentation]    Saves the file of a running application, changes it, and resets it.
    [Arguments]    ${isolation}
    VAR    ${file}    sqlite:///${OUTPUT_DIR}/notes-${isolation}.sqlite3
    VAR    &{config}    notes.database=${file}
    Start Server    sample_app.notes:notes    server=${SERVER}    isolation=${isolation}    config=${config}
    Save Database    ${file}
    Write A Note By The Application
    Reset Database    ${file}
    Notes Of The Application Should Be    0

Write A Note By The Application
    [Documentation]    Creates a note by a request, so that the application has the file open.
    ${url}    Get Server Url
    ${response}    Evaluate    requests.post($url + '/api/notes', json={'title': 'A', 'text': ''})    requests
    Should Be Equal As Integers    ${response.status_code}    201
    Notes Of The Application Should Be    1

Notes Of The Application Should Be
    [Documentation]    Compares the number of notes that the application itself reads.
    [Arguments]    ${total}
    ${url}    Get Server Url
    ${response}    Evaluate    requests.get($url + '/api/notes')    requests
    Should Be Equal As Integers    ${response.json()}[total]    ${total}
