*** Settings ***
Documentation    What a killed run leaves of containers, and what a failed test shows of them.

Library          ../resources/inner_runs.py
Resource         ../resources/containers.resource

Test Timeout     5 minutes


*** Test Cases ***
Killed Run Leaves No Container
    Start Inner Suite    unfinished_containers.robot    --variable    ENGINE:${ENGINE}
    Inner Run Should Reach    in-the-middle
    ${names}    Get Containers    ${ENGINE}    unfinished
    Length Should Be    ${names}    3
    Send Signal To Inner Run    SIGKILL
    Inner Run Should End
    Nothing Should Be Left    ${ENGINE}    unfinished
    [Teardown]    Delete Inner Reports

Run Killed While Containers Start Leaves None
    Start Inner Suite    starting_containers.robot    --variable    ENGINE:${ENGINE}    --test    Containers Start
    Wait Until Keyword Succeeds    3 minutes    200 ms    Project Should Have Containers    ${ENGINE}    starting
    Send Signal To Inner Run    SIGKILL
    Inner Run Should End
    Nothing Should Be Left    ${ENGINE}    starting
    [Teardown]    Delete Inner Reports

Run Killed While An Image Is Built Leaves No Build
    Start Inner Suite    starting_containers.robot    --variable    ENGINE:${ENGINE}    --test    Image Is Built
    Wait Until Keyword Succeeds    3 minutes    200 ms    Build Should Run    ${ENGINE}
    Send Signal To Inner Run    SIGKILL
    Inner Run Should End
    Wait Until Keyword Succeeds    3 minutes    200 ms    No Build Should Run    ${ENGINE}
    Image Should Be There    ${ENGINE}    half-built    there=${False}
    [Teardown]    Delete Inner Reports

Failed Test Shows What Its Containers Said
    Run Inner Suite    broken_shop.robot    --variable    ENGINE:${ENGINE}
    Inner Test Should Show    Shop Is Asked    asked for /broken    Log of container    -shop-1
    Inner Test Should Not Show    Shop Is Asked    hunter22    hunter23
    [Teardown]    Delete Inner Reports
