*** Settings ***
Documentation    A run that is ended from outside first tells where its servers are.

Library          ../resources/inner_runs.py

Test Template    Terminated Run Should Tell Where The Server Is


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Server In The Test's Process
    thread
Server In A Child Process
    process


*** Keywords ***
Terminated Run Should Tell Where The Server Is
    [Documentation]    Its log and its console name the line at which the page handler hangs.
    [Arguments]    ${isolation}
    Start Inner Suite    hostile/stopped.robot    --variable    SERVER:${SERVER}
    ...    --variable    ISOLATION:${isolation}
    Inner Run Should Reach    in-the-middle
    Send Signal To Inner Run    SIGTERM
    Inner Run Should End
    Inner Test Should Have Failed    Hang    Execution terminated by signal
    Inner Test Should Show    Hang    Where the servers were    misbehaving.py    in sleep
    Inner Console Should Have    Where the servers are:    time.sleep(float(seconds))
    Inner Tests Should Have Evidence    Hang
    Delete Inner Reports
