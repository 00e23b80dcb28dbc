*** Settings ***
Documentation     Tests set the clock of the server and of the pages together.

Library           DateTime
Library           SeleniumLibrary    run_on_failure=NOTHING
Resource          ../resources/members.resource
Resource          ../resources/client.resource
Library           ../resources/inner_runs.py

Suite Setup       Open Members And Browser
Suite Teardown    Close Everything


*** Test Cases ***
Server And Page Have The Same Time
    Freeze Time    2031-05-06T07:08:09Z
    Go To Page    /clock
    Element Text Should Be    server    2031-05-06 07:08
    Element Text Should Be    page    2031-05-06 07:08

Open Page Follows
    Go To Page    /clock
    Travel To    2031-05-06T07:08:09Z
    Wait Until Element Contains    page    2031-05-06 07:08
    Advance Time    1 hour
    Wait Until Element Contains    page    2031-05-06 08:08

Session Expires In An Hour
    Log In As    ann    earl grey
    Advance Time    59 minutes
    Go To Page    /members/
    Element Text Should Be    greeting    Hello ann, visit 2
    Advance Time    61 minutes
    Go To Page    /members/
    Location Should Contain    /members/login

Time Goes On After Travelling
    Travel To    2031-05-06T07:08:09Z
    ${before}    Advance Time    0 s
    ${after}    Advance Time    0 s
    Should Be True    $before < $after

Time Stands Still When Frozen
    ${before}    Freeze Time
    ${after}    Advance Time    1 minute
    Should Be Equal As Strings    ${{$after - $before}}    0:01:00

Browser Opened Later Follows
    Freeze Time    2031-05-06T07:08:09Z
    Open Headless Browser    /clock
    Go To Page    /clock
    Element Text Should Be    page    2031-05-06 07:08
    [Teardown]    Close Second Browser

Waits Of The Test Use The Real Time
    Freeze Time    2031-05-06T07:08:09Z
    Go To Page    /clock
    Run Keyword And Expect Error    Element 'nothing' did not appear in 200 milliseconds.
    ...    Wait Until Page Contains Element    nothing    200 ms
    Run Keyword And Expect Error    *failed after retrying for 200 milliseconds.*
    ...    Wait Until Keyword Succeeds    200 ms    20 ms    Page Should Contain Element    nothing

Return To Present
    Freeze Time    2031-05-06T07:08:09Z
    Return To Present
    Go To Page    /clock
    ${now}    Get Current Date    UTC    result_format=%Y-%m-%d
    Element Should Contain    server    ${now}
    Element Should Contain    page    ${now}

Time Is Put Back After A Test That Fails
    Run Inner Suite    lost_in_time.robot    --variable    SERVER:${SERVER}
    Inner Test Should Have Failed    Fail Far Away    Lost in time.
    Inner Test Should Have Failed    Fail In Time    Test timeout 300 milliseconds exceeded.
    Inner Test Should Have Passed    It Is Now
    Inner Run Should Have Taken Less Than A Minute
    Delete Inner Reports


*** Keywords ***
Open Members And Browser
    [Documentation]    Starts the application and a browser for all tests.
    Open Members
    Open Headless Browser    alias=first

Close Second Browser
    [Documentation]    Makes the first browser the current one again.
    Close Browser
    Switch Browser    first

Close Everything
    [Documentation]    Closes the browsers and stops the server.
    Close All Browsers
    Stop All Servers
