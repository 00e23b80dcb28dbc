*** Settings ***
Documentation    Messages of keywords about a Selenium Grid where none is running.

Resource         ../resources/grid.resource

Test Template    Run Keyword And Expect Error


*** Variables ***
${NONE}    No browser grid is running: use 'Start Browser Grid' first.


*** Test Cases ***
No Node Is Asked For
    EQUALS:'nodes' of a browser grid is at least 1, not 0.       Start Browser Grid    nodes=0
No Session Is Asked For
    EQUALS:'sessions' of a browser grid is at least 1, not 0.    Start Browser Grid    sessions=0
Grid To Be Stopped Is Not Running
    EQUALS:${NONE}                                               Stop Browser Grid
Grid With The Node Is Not Running
    EQUALS:${NONE}                                               Kill Browser Node
