*** Settings ***
Documentation    The option `evidence` says which tests have evidence; no browser delays a test because of it.

Library          ../resources/inner_runs.py


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Always Shows Passed Tests And Films The Browser
    Run Inner Suite    evidence/always.robot    --variable    SERVER:${SERVER}
    Inner Test Should Have Passed    Pass
    Inner Test Should Show    Pass    Time line    POST /order    Film    data:image/webp;base64,
    Delete Inner Reports

No Test Is Shown With Never
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

Browsers That Hang, Have Crashed Or Show A Dialog Do Not Delay A Test
    [Timeout]    1 minute
    Run Inner Suite    evidence/hanging_browser.robot    --variable    SERVER:${SERVER}
    Inner Run Should Have    passed=0    failed=4
    Inner Test Should Have Failed    Fail With A Browser That Hangs    It hangs.
    Inner Test Should Show    Fail With A Browser That Hangs    Time line    did not answer within
    Inner Test Should Have Failed    Fail With A Browser That Has Crashed    It is gone.
    Inner Test Should Show    Fail With A Browser That Has Crashed    Time line    <dt>Missing
    Inner Test Should Show    Fail With A Dialog    Open dialog    alert: Hello
    Inner Test Should Show    Fail With Two Browsers    tea?name\=assam    tea?name\=sencha
    Delete Inner Reports
