*** Settings ***
Documentation    Errors fail the right tests when suites run at the same time, and merged reports have the evidence.

Library          OperatingSystem
Library          Process
Library          ../resources/inner_runs.py

Test Timeout     2 minutes


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Errors Fail The Right Ten Of Fifty Tests In Two Processes
    Errors Should Fail The Right Tests    processes

Errors Fail The Right Ten Of Fifty Tests Under Pabot
    Errors Should Fail The Right Tests    pabot

Evidence Is In A Merged Report
    ${folder}    Run Inner Suite    evidence/both_sides.robot    --variable    SERVER:${SERVER}
    ${merged}    Run Process    ${{ sys.executable }}    -m    robot.rebot    --merge
    ...    --outputdir    ${folder}/merged    --output    output.xml    ${folder}/output.xml    ${folder}/output.xml
    Should Contain    ${merged.stdout}    merged/log.html
    ${log}    Get File    ${folder}/merged/output.xml
    Should Contain    ${log}    data:image/jpeg;base64,
    Delete Inner Reports


*** Keywords ***
Errors Should Fail The Right Tests
    [Documentation]    Runs suites at once by a runner; ten of their fifty tests have an error.
    [Arguments]    ${runner}
    ${folder}    Run Inner Suite    evidence/fifty_tests    --variable    SERVER:${SERVER}    runner=${runner}
    Inner Run Should Have    passed=40    failed=10
    Only Matching Inner Tests Should Have Failed    Planted In A*
    ${log}    Get File    ${folder}/output.xml
    Should Contain    ${log}    Both sides of this test
    Nothing Should Be Left Of Inner Run
    Delete Inner Reports
