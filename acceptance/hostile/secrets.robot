*** Settings ***
Documentation     No secret is in what is written of a failed test, however it came and is spelled.

Library           ../resources/inner_runs.py
Variables         ../_inner/hostile/planted.py

Suite Setup       Run Inner Suite    hostile/secrets.robot    --variable    SERVER:${SERVER}
...                   --variable    ISOLATION:${ISOLATION}    --pythonpath    ${CURDIR}/../_inner/hostile
Suite Teardown    Delete Inner Reports


*** Variables ***
${SERVER}       threaded
${ISOLATION}    thread


*** Test Cases ***
No Secret Is In The Report
    Inner Run Should Have    passed=0    failed=16
    Inner Report Should Not Have    planted-7

Errors Are Told Without Secrets
    Inner Message Should Contain    Variable    Server error: POST /login: ValueError: •••
    Inner Message Should Contain    Request    access_token=•••    code=•••
    Inner Message Should Contain    Near Miss    parameter api_key is '•••'
