*** Settings ***
Documentation    However a run ends, it leaves nothing behind, and a report unless it is killed.

Library          OperatingSystem
Library          ../resources/inner_runs.py
Resource         ../resources/stack.resource

Test Timeout     2 minutes


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Ctrl C Ends The Test And Writes The Report
    Start Inner Suite And Wait For Its Middle
    Send Signal To Inner Run    SIGINT
    Inner Run Should End
    Inner Test Should Have Failed    Wait For The End    Execution terminated by signal
    Inner Test Should Have Failed    Next Test    Test execution stopped due to a fatal error.
    Nothing Should Be Left Of Inner Run
    Delete Inner Reports

Termination Ends The Test And Writes The Report
    Start Inner Suite And Wait For Its Middle
    Send Signal To Inner Run    SIGTERM
    Inner Run Should End
    Inner Test Should Have Failed    Wait For The End    Execution terminated by signal
    Nothing Should Be Left Of Inner Run
    Delete Inner Reports

Killing Robot Leaves No Process
    Start Inner Suite And Wait For Its Middle
    Send Signal To Inner Run    SIGKILL
    Inner Run Should End
    Nothing Should Be Left Of Inner Run
    Delete Inner Reports

Termination Ends A Stack
    [Setup]    Skip Without Stack
    Start Inner Stack And Wait For Its Middle
    Send Signal To Inner Run    SIGTERM
    Inner Run Should End
    Inner Test Should Have Failed    Wait For The End    Execution terminated by signal
    Nothing Should Be Left Of Inner Run
    Delete Inner Reports

Killing Robot Ends A Stack
    [Setup]    Skip Without Stack
    Start Inner Stack And Wait For Its Middle
    Send Signal To Inner Run    SIGKILL
    Inner Run Should End
    Nothing Should Be Left Of Inner Run
    Delete Inner Reports

Pause Does Not Hang Without A Terminal
    Run Inner Suite    paused.robot
    Inner Run Should Have    passed=1    failed=1
    Inner Run Should Have Reported    The test is not paused: standard input is no terminal.
    Inner Run Should Have Reported    Tests are not paused where they fail: standard input is no terminal.
    Delete Inner Reports

Every Failure Stays In Its Own Test
    Run Inner Suite    misbehaving.robot    --variable    SERVER:${SERVER}
    Inner Test Should Have Failed
    ...    Start Listener Raises
    ...    Server 'bad' did not start: The start listener StartListenerRaises.connect raised RuntimeError: cannot connect
    Inner Test Should Have Failed
    ...    Stop Listener Raises
    ...    Server 'bad' stopped with an error: The stop listener StopListenerRaises.flush raised RuntimeError: cannot flush
    Inner Test Should Have Failed
    ...    Child Cannot Start
    ...    Server 'bad' did not start: Making 'sample_app.refusing:Refusing' raised RuntimeError: no database (${EXECDIR}/sample_app/refusing.py, line 8).
    Inner Test Should Have Failed    Attribute Does Not Exist
    ...    Module 'sample_app.echo' has no attribute 'Ecko'. Did you mean 'Echo'?
    Inner Test Should Have Passed    Good Application
    Inner Test Should Have Passed    Left Open
    Nothing Should Be Left Of Inner Run
    Delete Inner Reports

Failing Cleanup Is Reported And Stops No Other
    Run Inner Suite    cleanup    --variable    SERVER:${SERVER}
    Inner Run Should Have    passed=3    failed=0
    Inner Run Should Have Reported    Cleanup of browser 'phone' after 'Cleanup.Left Open' failed: MaxRetryError:
    Inner Run Should Have Reported
    ...    Cleanup of server 'first' after 'Cleanup.Left Open' failed: Server 'first' stopped with an error: The stop listener StopListenerRaises.flush raised RuntimeError: cannot flush
    Inner Run Should Have Reported
    ...    Cleanup of server 'second' after 'Cleanup.Left Open' failed: Server 'second' stopped with an error: The stop listener StopListenerRaises.flush raised RuntimeError: cannot flush
    Nothing Should Be Left Of Inner Run
    Delete Inner Reports


*** Keywords ***
Start Inner Suite And Wait For Its Middle
    [Documentation]    A server in this process, one in a child process, and a browser are running by then.
    Start Inner Suite    unfinished.robot    --variable    SERVER:${SERVER}
    Inner Run Should Reach    in-the-middle
    Inner Run Should Have Processes    chrom    serve

Start Inner Stack And Wait For Its Middle
    [Documentation]    PostgreSQL, two servers and HAProxy are running by then.
    Start Inner Suite    unfinished_stack.robot    --variable    SERVER:${SERVER}
    Inner Run Should Reach    in-the-middle
    Inner Run Should Have Processes    postgres    haproxy    serve
