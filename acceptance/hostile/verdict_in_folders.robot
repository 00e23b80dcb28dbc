*** Settings ***
Documentation     A library that only a folder imports judges the tests of its files.

Library           ../resources/inner_runs.py

Suite Teardown    Delete Inner Reports


*** Variables ***
${SERVER}       threaded
${ISOLATION}    thread
${ERROR}
...             Server error: GET /tea: KeyError: 'oolong' in sample_app.faulty.Shop.tea (answered 500)


*** Test Cases ***
Hidden Errors Fail The Tests
    Run Folder
    Inner Run Should Have    passed=2    failed=2
    Inner Test Should Have Failed    Hidden Error    ${ERROR}
    Inner Test Should Have Failed    Hidden Error In A Folder Inside    ${ERROR}
    Inner Test Should Show    Hidden Error    KeyError
    Other Listener Should Have Been Told The Verdict

Failed Tests Can Be Run Again
    ${folder}    Run Folder
    Run Folder    --rerunfailed    ${folder}/output.xml
    Inner Run Should Have    passed=0    failed=2


*** Keywords ***
Run Folder
    [Documentation]    Runs the files of the folder beside a listener of somebody else.
    [Arguments]    @{options}
    ${folder}    Run Inner Suite    hostile/verdict_outside    --variable    SERVER:${SERVER}
    ...    --variable    ISOLATION:${ISOLATION}    --pythonpath    ${CURDIR}/../_inner/hostile
    ...    --listener    listeners.Told    @{options}
    RETURN    ${folder}
