*** Settings ***
Documentation     Moving the clock disturbs no request, and no wait of the project's own libraries.

Library           ../resources/inner_runs.py

Suite Setup       Run Inner Suite    hostile/clock.robot    --variable    SERVER:${SERVER}
...                   --pythonpath    ${CURDIR}/../_inner/hostile
Suite Teardown    Delete Inner Reports
Test Template     Inner Test Should Have Passed


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Moved While Requests Are In Flight
    Moved While Requests Are In Flight
Waits Of A Project Keep The Real Time
    Waits Of A Project Keep The Real Time
Expressions And Functions Of The Application Have Its Time
    Expressions And Functions Of The Application Have Its Time
Real Again
    Real Again
No Error Was Reported
    [Template]    NONE
    Inner Run Should Have Reported Nothing
