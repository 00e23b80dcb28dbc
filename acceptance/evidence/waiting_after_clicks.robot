*** Settings ***
Documentation    A suite may check a page right after a click.
...
...              The last test prints how many of its checks came too early without waiting. More clicks give a better
...              figure: `--variable CLICKS:500`.

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

SeleniumLibrary May Have An Alias
    Each Click Should Be Seen With    SeleniumLibrary    name=Web

SeleniumLibrary May Be A Subclass
    Each Click Should Be Seen With    ${CURDIR}/../_inner/evidence/own_selenium.py    name=own_selenium

Checks Without Waiting Are Counted
    Run Inner Suite    evidence/clicks.robot    --variable    SERVER:${SERVER}    --variable    CLICKS:${CLICKS}
    ...    --variable    WAIT:False
    Nothing Should Be Left Of Inner Run
    Delete Inner Reports


*** Keywords ***
Each Click Should Be Seen With
    [Documentation]    Runs the suite with a SeleniumLibrary that is imported under a name.
    [Arguments]    ${library}    ${name}
    VAR    @{options}    --variable    SERVER:${SERVER}    --variable    CLICKS:${CLICKS}
    ...    --variable    SELENIUM_LIBRARY:${library}    --variable    NAME:${name}
    Run Inner Suite    evidence/clicks.robot    @{options}
    Inner Test Should Have Passed    Each Click Is Seen At Once
    Delete Inner Reports
