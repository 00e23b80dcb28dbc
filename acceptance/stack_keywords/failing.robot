*** Settings ***
Documentation    Messages of keywords about databases and the load balancer that fail.

Resource         ../resources/stack.resource

Suite Setup      Start PostgreSQL Or Skip
Test Teardown    Stop What Is Left


*** Variables ***
${NO_POSTGRESQL}       No PostgreSQL runs: use 'Start PostgreSQL' first.
${NO_BALANCER}         No load balancer runs: use 'Start Load Balancer' first.
${KINDS}               postgresql://, mariadb://, redis://, sqlite://
${UNKNOWN_INSTANCE}    The load balancer has no instance 'two'. It has: 'one'.


*** Test Cases ***
PostgreSQL Runs Already
    Run Keyword And Expect Error    EQUALS:A PostgreSQL runs already: use 'Stop PostgreSQL' first.
    ...    Start PostgreSQL

Database Was Not Created Here
    [Setup]    Replace PostgreSQL
    Run Keyword And Expect Error    EQUALS:Database 'other' was not created here. Created: none.
    ...    Reset Database    postgresql://localhost/other

Template Does Not Exist
    Run Keyword And Expect Error    *ERROR:${SPACE * 2}template database "other" does not exist
    ...    Create Database    postgresql://localhost/other

Statement Is Not SQL
    ${database}    Create Database
    Run Keyword And Expect Error
    ...    STARTS:PostgreSQL refused 'SELEC 1': ERROR:${SPACE * 2}syntax error at or near "SELEC"
    ...    Query Database    ${database}    SELEC 1

Nobody Is At The URL
    [Setup]    Stop PostgreSQL
    Run Keyword And Expect Error
    ...    STARTS:The database 'postgresql://•••@127.0.0.1:1/postgres' cannot be reached: connection failed
    ...    Start PostgreSQL    postgresql://ann:secret@127.0.0.1:1/postgres
    [Teardown]    Start PostgreSQL

URL Names No Database
    Run Keyword And Expect Error
    ...    EQUALS:The URL 'ftp://localhost/other' begins with none of ${KINDS}.
    ...    Query Database    ftp://localhost/other    SELECT 1

SQLite File Does Not Exist
    Run Keyword And Expect Error    EQUALS:There is no SQLite database at /nowhere/shop.sqlite3.
    ...    Save Database    sqlite:////nowhere/shop.sqlite3

No PostgreSQL Runs
    [Setup]    Stop PostgreSQL
    [Template]    Run Keyword And Expect Error
    EQUALS:${NO_POSTGRESQL}    Stop PostgreSQL
    EQUALS:${NO_POSTGRESQL}    Restart PostgreSQL
    EQUALS:${NO_POSTGRESQL}    Create Database
    EQUALS:${NO_POSTGRESQL}    Reset Database    postgresql://localhost/other
    EQUALS:${NO_POSTGRESQL}    Query Database    postgresql://localhost/other    SELECT 1
    [Teardown]    Start PostgreSQL

No Other Server Runs
    [Template]    Run Keyword And Expect Error
    EQUALS:No MariaDB runs: use 'Start MariaDB' first.    Stop MariaDB
    EQUALS:No MariaDB runs: use 'Start MariaDB' first.    Restart MariaDB
    EQUALS:No MariaDB runs: use 'Start MariaDB' first.    Create Database    kind=mariadb
    EQUALS:No Redis runs: use 'Start Redis' first.    Stop Redis
    EQUALS:No Redis runs: use 'Start Redis' first.    Restart Redis
    EQUALS:No Redis runs: use 'Start Redis' first.    Query Database    redis://localhost/0    PING

Nobody Is At Other URLs
    [Template]    Run Keyword And Expect Error
    STARTS:MariaDB cannot be reached: Can't connect to    Start MariaDB    mysql://127.0.0.1:1/mysql
    STARTS:Redis refused: Error 111 connecting to 127.0.0.1:1.    Start Redis    redis://127.0.0.1:1/0

No Load Balancer Runs
    [Template]    Run Keyword And Expect Error
    EQUALS:${NO_BALANCER}    Stop Load Balancer
    EQUALS:${NO_BALANCER}    Reload Load Balancer
    EQUALS:${NO_BALANCER}    Get Statistics Url
    EQUALS:${NO_BALANCER}    Get Instance States
    EQUALS:${NO_BALANCER}    Get Served Requests
    EQUALS:${NO_BALANCER}    Set Instance State    one    drain
    EQUALS:${NO_BALANCER}    Wait Until Instance Is    one    up

Load Balancer Runs Already
    Balance One
    Run Keyword And Expect Error
    ...    EQUALS:A load balancer runs already: use 'Stop Load Balancer' first.
    ...    Start Load Balancer    one

Load Balancer Needs A Server
    Run Keyword And Expect Error    EQUALS:No server is running: use 'Start Server' first.
    ...    Start Load Balancer

Instance Is Unknown
    Balance One
    Run Keyword And Expect Error    EQUALS:${UNKNOWN_INSTANCE}    Set Instance State    two    drain
    Run Keyword And Expect Error    EQUALS:${UNKNOWN_INSTANCE}    Wait Until Instance Is    two    up

Instance Does Not Change Its State
    Balance One
    Run Keyword And Expect Error
    ...    EQUALS:Instance 'one' should be down within 0.1 s, but is up.
    ...    Wait Until Instance Is    one    down    timeout=0.1 s

Server Has No Process To Kill
    Start Server    sample_app.kinds:Pages    server=${SERVER}    alias=one
    Run Keyword And Expect Error
    ...    EQUALS:Server 'one' runs in the process of the test: 'Kill Server' needs isolation=process.
    ...    Kill Server    one


*** Keywords ***
Start PostgreSQL Or Skip
    [Documentation]    Skips the suite where PostgreSQL or HAProxy is missing.
    Skip Without Stack
    Start PostgreSQL

Balance One
    [Documentation]    Starts a load balancer in front of a single server.
    Start Server    sample_app.kinds:Pages    server=${SERVER}    alias=one
    Start Load Balancer    one

Replace PostgreSQL
    [Documentation]    Starts a PostgreSQL without databases of earlier tests.
    Stop PostgreSQL
    Start PostgreSQL

Stop What Is Left
    [Documentation]    Stops load balancer and servers.
    Run Keyword And Ignore Error    Stop Load Balancer
    Stop All Servers
