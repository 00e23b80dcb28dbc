*** Settings ***
Documentation     Programs of the stack fail or are replaced while users write, and no note is lost.

Resource          ../resources/stack.resource

Suite Setup       Open Notes On A Stack
Suite Teardown    Close Notes
Test Setup        Begin With A Load
Test Teardown     End The Load
Test Timeout      3 minutes


*** Test Cases ***
Both Instances Serve
    Both Instances Should Serve
    Every Acknowledged Note Should Be Stored Once

Instance Is Killed While Somebody Types And Saves
    [Tags]    kill
    Save A Note While    Kill Server    one
    Wait Until Instance Is    one    down
    Load Should Go On
    Restart Server    one
    Wait Until Instance Is    one    up
    Load Should Go On
    Both Instances Should Serve
    Every Acknowledged Note Should Be Stored Once

Instance Is Drained And Put Back
    Save A Note While    Set Instance State    one    drain
    ${states}    Get Instance States
    Should Be Equal    ${states}    ${{ {'one': 'drain', 'two': 'up'} }}
    ${instances}    Get Served Instances    ${NOTES_URL}    times=6
    Should Be Equal    ${instances}    ${{ ['two'] }}
    Restart Server    one
    Set Instance State    one    ready
    Wait Until Instance Is    one    up
    Both Instances Should Serve
    Every Acknowledged Note Should Be Stored Once

Load Balancer Is Reloaded
    Save A Note While    Reload Load Balancer
    Load Should Go On
    Reload Load Balancer
    Both Instances Should Serve
    Every Acknowledged Note Should Be Stored Once

Instances Are Replaced One By One
    Start Instance    three    ${DATABASE}    isolation=process
    Save A Note While    Reload Load Balancer    two    three
    Restart Server    one
    Reload Load Balancer    one    two
    Load Should Go On
    Stop Server    three
    Every Acknowledged Note Should Be Stored Once

Database Is Restarted
    Save A Note While    Restart PostgreSQL
    Load Should Go On
    Every Acknowledged Note Should Be Stored Once    failed=${None}
    Only The Database Was Missed

Database Crashes
    Save A Note While    Restart PostgreSQL    crash=True
    Load Should Go On
    Every Acknowledged Note Should Be Stored Once    failed=${None}
    Only The Database Was Missed
