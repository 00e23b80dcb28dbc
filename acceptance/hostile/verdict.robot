*** Settings ***
Documentation     The verdict is right whatever tests, imports and other listeners do.

Library           ../resources/inner_runs.py

Suite Setup       Run Inner Suite    hostile/verdict.robot    --variable    SERVER:${SERVER}
...                   --variable    ISOLATION:${ISOLATION}    --skiponfailure    flaky
...                   --pythonpath    ${CURDIR}/../_inner/hostile    --listener    listeners.Again
...                   --listener    listeners.Told
Suite Teardown    Delete Inner Reports


*** Variables ***
${SERVER}       threaded
${ISOLATION}    thread
${ERROR}
...             Server error: GET /tea: KeyError: 'oolong' in sample_app.faulty.Shop.tea (answered 500)


*** Test Cases ***
Test That Is Allowed To Fail Is Skipped
    Inner Test Should Have Been Skipped    Allowed To Fail By Tag
    ...    Failed test skipped using 'robot:skip-on-failure' tag.\n\nOriginal failure:\n${ERROR}
    Inner Test Should Have Been Skipped    Allowed To Fail By Option
    ...    Failed test skipped using 'flaky' tag.\n\nOriginal failure:\n${ERROR}

Skipped Test Stays Skipped
    Inner Test Should Have Been Skipped    Skipped After An Error    not today\n\n${ERROR}
    Inner Test Should Have Been Skipped    Skipped In The Teardown    not today\n\n${ERROR}
    Inner Test Should Have Been Skipped    Skipped Before An Expected Error    not today

Names May Have Anything
    Inner Test Should Have Failed    Error In <b>ünïcode 🍵</b>    ${ERROR}
    Inner Test Should Have Failed    Error In \\ Backslash    ${ERROR}
    Inner Test Should Have Passed    Innocent After The Fault

Several Imports Are One
    Inner Test Should Have Passed    Expected By The Other Import

Other Listeners Know The Verdict
    Inner Test Should Have Passed    Right At The Second Time
    Inner Run Should Have    passed=4    failed=3    skipped=5
    Other Listener Should Have Been Told The Verdict
