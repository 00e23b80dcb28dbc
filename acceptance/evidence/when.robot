*** Settings ***
Documentation    Of which tests there is evidence can be chosen.

Library          ../resources/inner_runs.py


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Always Shows Passed Tests And Records The Browser
    Run Inner Suite    evidence/always.robot    --variable    SERVER:${SERVER}
    Inner Test Should Have Passed    Pass
    Inner Test Should Show    Pass    Time line    POST /order    Recording    data:image/webp;base64,
    Delete Inner Reports

Never Shows Nothing
    Run Inner Suite    evidence/never.robot    --variable    SERVER:${SERVER}
    Inner Test Should Have Failed    Fail    Nobody shows why.
    Inner Test Should Not Show    Fail    Time line
    Delete Inner Reports

Failing Right After A Click Does Not Hang
    [Timeout]    30 seconds
    Run Inner Suite    evidence/right_after_click.robot    --variable    SERVER:${SERVER}
    Inner Run Should Have    passed=0    failed=6
    Inner Test Should Show    First    Time line    Click Button
    Delete Inner Reports
