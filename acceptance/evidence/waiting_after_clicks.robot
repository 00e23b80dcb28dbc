*** Settings ***
Documentation    A suite that waits after clicks may check at once.
...
...              How often it would have been too early without that is printed; 500 clicks show it better than the few
...              here: `--variable CLICKS:500`.

Library          ../resources/inner_runs.py


*** Variables ***
${SERVER}    threaded
${CLICKS}    60


*** Test Cases ***
Each Click Is Seen At Once
    Run Inner Suite    evidence/clicks.robot    --variable    SERVER:${SERVER}    --variable    CLICKS:${CLICKS}
    Inner Test Should Have Passed    Each Click Is Seen At Once
    Nothing Should Be Left Of Inner Run
    Delete Inner Reports

Checks Without Waiting Are Counted
    Run Inner Suite    evidence/clicks.robot    --variable    SERVER:${SERVER}    --variable    CLICKS:${CLICKS}
    ...    --variable    WAIT:False
    Nothing Should Be Left Of Inner Run
    Delete Inner Reports
