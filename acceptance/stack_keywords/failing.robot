*** Settings ***
Documentation    Keywords about the stack fail with a message that says what to do.

Resource         ../resources/stack.resource

Suite Setup      Start What There Is
Test Teardown    Stop What Is Left


*** Variables ***
${NO_POSTGRESQL}       No PostgreSQL runs: use 'Start PostgreSQL' first.
${NO_BALANCER}         No load balancer runs: use 'Start Load Balancer' first.
${UNKNOWN_INSTANCE}    The load balancer has no instance 'two'. It has: 'one'.


*** Test Cases ***
PostgreSQL Runs Already
    Run Keyword And Expect Error    EQUALS:A PostgreSQL runs already: use 'Stop PostgreSQL' first.
    ...    Start PostgreSQL

Database Was Not Created Here
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

PostgreSQL Of Somebody Else Cannot Be Restarted
    [Setup]    Stop PostgreSQL
    Start PostgreSQL    postgresql://localhost/postgres
    Run Keyword And Expect Error
    ...    EQUALS:This PostgreSQL was not started here: it cannot be restarted.
    ...    Restart PostgreSQL
    [Teardown]    Have Another PostgreSQL

No PostgreSQL Runs
    [Setup]    Stop PostgreSQL
    [Template]    Run Keyword And Expect Error
    EQUALS:${NO_POSTGRESQL}    Stop PostgreSQL
    EQUALS:${NO_POSTGRESQL}    Restart PostgreSQL
    EQUALS:${NO_POSTGRESQL}    Create Database
    EQUALS:${NO_POSTGRESQL}    Reset Database    postgresql://localhost/other
    EQUALS:${NO_POSTGRESQL}    Query Database    postgresql://localhost/other    SELECT 1
    [Teardown]    Start PostgreSQL

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

Load Balancer Has Nothing To Balance
    Run Keyword And Expect Error    EQUALS:No server is running: use 'Start Server' first.
    ...    Start Load Balancer

Instance Is Unknown
    Balance One
    Run Keyword And Expect Error    EQUALS:${UNKNOWN_INSTANCE}    Set Instance State    two    drain
    Run Keyword And Expect Error    EQUALS:${UNKNOWN_INSTANCE}    Wait Until Instance Is    two    up

Instance Stays As It Is
    Balance One
    Run Keyword And Expect Error
    ...    EQUALS:Instance 'one' should be down within 0.1 s, but is up.
    ...    Wait Until Instance Is    one    down    timeout=0.1 s

Server Has No Process To Kill
    Start Server    sample_app.plain:Pages    server=${SERVER}    alias=one
    Run Keyword And Expect Error
    ...    EQUALS:Server 'one' runs in the process of the test: 'Kill Server' needs isolation=process.
    ...    Kill Server    one


*** Keywords ***
Start What There Is
    [Documentation]    Or skip these tests.
    Skip Without Stack
    Start PostgreSQL

Balance One
    [Documentation]    A load balancer in front of one server.
    Start Server    sample_app.plain:Pages    server=${SERVER}    alias=one
    Start Load Balancer    one

Have Another PostgreSQL
    [Documentation]    As the next test expects it.
    Stop PostgreSQL
    Start PostgreSQL

Stop What Is Left
    [Documentation]    Leaves neither load balancer nor server.
    Run Keyword And Ignore Error    Stop Load Balancer
    Stop All Servers
