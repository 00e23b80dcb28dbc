*** Settings ***
Documentation     Whatever an application says, it is written as text, and every test has its evidence.

Library           ../resources/inner_runs.py

Suite Setup       Run Inner Suite    hostile/texts.robot    --variable    SERVER:${SERVER}
...                   --variable    ISOLATION:${ISOLATION}    --pythonpath    ${CURDIR}/../_inner/hostile
Suite Teardown    Delete Inner Reports


*** Variables ***
${SERVER}       threaded
${ISOLATION}    thread


*** Test Cases ***
Half A Surrogate Pair
    Inner Message Should Contain    Exception    ValueError: bad name \\ud83d in
    Inner Message Should Contain    HTTP Error    HTTPError: 500 half \\ud83d in
    Inner Test Should Show    Log    half \\ud83d

Exception Without A Text
    Inner Message Should Contain    ${TEST_NAME}    OddError: <OddError, whose str raises RuntimeError>

Markup In A Message Of HTML
    Inner Message Should Contain    ${TEST_NAME}    &lt;img src=x onerror=alert(1)&gt;

Odd Session And Cookie
    Inner Test Should Show    Session    Both sides of this test
    Inner Test Should Show    Odd Cookie    Both sides of this test

Long
    Inner Message Should Contain    ${TEST_NAME}    more characters)
    Inner Message Should Contain    Question Marks    more characters)

Exit
    Inner Test Should Have Passed    ${TEST_NAME}
