*** Settings ***
Documentation     HAProxy's statistics page shows the states of the instances.

Resource          ../resources/stack.resource

Suite Setup       Open Notes On A Stack
Suite Teardown    Close Notes
Test Setup        Open Statistics
Test Teardown     Put Back    one


*** Test Cases ***
Page Shows Both Instances
    Page Should Contain    Statistics Report
    Instance Should Be Shown As    one    UP
    Instance Should Be Shown As    two    UP
    Capture Page Screenshot    EMBED

Page Shows An Instance In Maintenance
    Set Instance State    one    maint
    Wait Until Instance Is    one    maint
    Open Statistics
    Instance Should Be Shown As    one    MAINT
    Instance Should Be Shown As    two    UP

Page Shows An Instance That Was Killed
    Kill Server    one
    Wait Until Instance Is    one    down
    Open Statistics
    Instance Should Be Shown As    one    DOWN
    Capture Page Screenshot    EMBED


*** Keywords ***
Open Statistics
    [Documentation]    Opens the page in the browser of the notes.
    ${url}    Get Statistics Url
    Go To Page    ${url}

Instance Should Be Shown As
    [Documentation]    Compares the row of the instance in the table.
    [Arguments]    ${instance}    ${status}
    Element Should Contain    xpath://tr[.//a[@name='instances/${instance}']]    ${status}
