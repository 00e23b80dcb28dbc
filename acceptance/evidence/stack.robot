*** Settings ***
Documentation     What the parts of a stack have printed during a test is in its evidence.

Library           ../resources/inner_runs.py
Resource          ../resources/stack.resource

Suite Setup       Run The Inner Suite
Suite Teardown    Delete Inner Reports


*** Test Cases ***
Database Is Asked For What There Is Not
    Inner Test Should Show    ${TEST_NAME}    Output of PostgreSQL
    ...    ERROR:${SPACE * 2}relation &quot;nowhere&quot; does not exist
    Inner Test Should Not Show    ${TEST_NAME}    Output of HAProxy

Instance Goes
    Inner Test Should Show    ${TEST_NAME}    Output of HAProxy    instances/one is going DOWN
    Inner Test Should Not Show    ${TEST_NAME}    nowhere


*** Keywords ***
Run The Inner Suite
    [Documentation]    Where the programs are there.
    Skip Without Stack
    Run Inner Suite    evidence/stack.robot    --variable    SERVER:${SERVER}
    Inner Run Should Have    passed=0    failed=2
