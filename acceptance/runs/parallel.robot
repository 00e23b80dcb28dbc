*** Settings ***
Documentation    Two runs at the same time do not disturb each other.

Library          ../resources/inner_runs.py

Test Timeout     2 minutes


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Two Pabot Processes Run At Once
    Run Inner Suite    parallel    --variable    SERVER:${SERVER}    runner=pabot
    Inner Run Should Have    passed=4    failed=0
    Nothing Should Be Left Of Inner Run
    Delete Inner Reports
