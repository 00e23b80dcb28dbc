*** Settings ***
Documentation    What a killed run leaves of hosts with systemd, and what a failed test shows of them.

Library          ../resources/inner_runs.py
Library          ../resources/left_of_hosts.py

Test Timeout     5 minutes


*** Test Cases ***
Killed Run Leaves Nothing Of Hosts
    ${before}    Get Traces Of Hosts
    Start Inner Suite    unfinished_units.robot
    Inner Run Should Reach    in-the-middle
    ${during}    Get Traces Of Hosts
    Should Not Be Equal    ${before}    ${during}
    Send Signal To Inner Run    SIGKILL
    Inner Run Should End
    Traces Of Hosts Should Be    ${before}
    Nothing Should Be Left Of Inner Run
    [Teardown]    Delete Inner Reports

Failed Test Shows What Happened To Hosts
    Run Inner Suite    broken_units.robot
    Inner Test Should Show    Host Is Lost    GET /missing    Log of container    on host1    Log of host
    ...    was killed
    [Teardown]    Delete Inner Reports
