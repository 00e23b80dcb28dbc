*** Settings ***
Documentation     The evidence of a test has what PostgreSQL and HAProxy printed during it.

Library           ../resources/inner_runs.py
Resource          ../resources/stack.resource

Suite Setup       Run The Inner Suite
Suite Teardown    Delete Inner Reports


*** Test Cases ***
Table Does Not Exist
    Inner Test Should Show    ${TEST_NAME}    Output of PostgreSQL
    ...    ERROR:${SPACE * 2}relation &quot;nowhere&quot; does not exist
    Inner Test Should Not Show    ${TEST_NAME}    Output of HAProxy

Instance Is Taken Out
    Inner Test Should Show    ${TEST_NAME}    Output of HAProxy    instances/one is going DOWN
    Inner Test Should Not Show    ${TEST_NAME}    nowhere


*** Keywords ***
Run The Inner Suite
    [Documentation]    Skips the tests if the programs are not installed.
    Skip Without Stack
    Run Inner Suite    evidence/stack.robot    --variable    SERVER:${SERVER}
    Inner Run Should Have    passed=0    failed=2
