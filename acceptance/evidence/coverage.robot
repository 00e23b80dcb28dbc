*** Settings ***
Documentation    A listener leaves a report in which lines of the application name the tests that reached them.

Library          ../resources/inner_runs.py
Library          ../resources/covered.py

Test Template    Lines Should Name Their Tests


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Server In The Test's Process
    thread
Server In A Child Process
    process


*** Keywords ***
Lines Should Name Their Tests
    [Documentation]    Runs a suite with coverage and looks at two lines in its report.
    [Arguments]    ${isolation}
    ${folder}    Run Inner Suite    evidence/covered.robot    --variable    SERVER:${SERVER}
    ...    --variable    ISOLATION:${isolation}    --listener    robot_cherrypy.coverage:sample_app
    Line Should Be Reached By    ${folder}    def _write_down    Covered.Order A Tea
    Line Should Be Reached By    ${folder}    _TEAS[name] / 100    Covered.Look At A Tea
    Delete Inner Reports
