*** Settings ***
Documentation     The machine of a node crashes during a test, which is run again with a browser of another node.

Library           OperatingSystem
Resource          ../resources/grid.resource

Suite Setup       Start Grid Or Skip    nodes=3
Suite Teardown    Run Keyword And Ignore Error    Delete Inner Reports
Test Teardown     Close All Browsers

Test Tags         grid


*** Test Cases ***
Error Says That The Node Has Ended
    Open On Grid
    ${node}    Kill Browser Node
    Run Keyword And Expect Error
    ...    InvalidSessionIdException: Message: The browser at ${GRID[7:]} has ended: its node of the Selenium Grid does not answer*
    ...    Reload Page
    Run Keyword And Expect Error    The browser grid has no node '${node}'.*    Kill Browser Node    ${node}
    Open On Grid
    Location Should Be    about:blank

Test Is Run Again Elsewhere
    Start Inner Suite On Grid    grid/opened.robot    --retries    1    --test    Browser Ends During The Test
    ...    runner=run
    Inner Run Should Reach    opened-0
    ${sessions}    Grid Should Have Sessions    ${GRID}    ${1}
    Kill Browser Node    session=${sessions}[0]
    Inner Run May Go On    ended
    Inner Run Should End
    Inner Test Should Have Passed    Browser Ends During The Test
    Inner Console Should Have
    ...    The browser at ${GRID[7:]} has ended: its node of the Selenium Grid does not answer
    Grid Should Have Sessions    ${GRID}    ${0}
