*** Settings ***
Documentation     With `retry_checks`, checks pass as soon as they hold, and fail when nothing can change any more.

Library           robot_cherrypy    timeout=60 s    retry_checks=2 min
Library           SeleniumLibrary    run_on_failure=NOTHING    AS    Web

Suite Setup       Open Late
Suite Teardown    Close All Browsers
Test Timeout      1 minute    # less than `retry_checks`: a test that waits in vain fails
Test Template     Element Text Should Be On


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Timer               /text        out    done
Animation Frames    /frames      out    done
Request             /fetched     out    done
Worker              /worker      out    done
Interval            /interval    out    tick 3
Title And Address
    [Template]    NONE
    Go To Page    /still
    Execute Javascript    setTimeout(() => { document.title = "Now"; location.hash = "now"; }, 300)
    Title Should Be    Now
    Location Should Contain    \#now
What Is There Not Yet Can Be Read
    [Template]    NONE
    Go To Page    /button
    ${text}    Get Text    go
    Should Be Equal    ${text}    ${EMPTY}
What Goes Is Waited For
    [Template]    NONE
    Go To Page    /gone
    Page Should Not Contain    Loading
    Go To Page    /gone
    Page Should Not Contain Element    wait
What Comes Soon Is Not Missed
    [Documentation]    A check that something is not there waits for what a click has set off.
    [Template]    NONE
    Go To Page    /error
    Click Button    go
    Run Keyword And Expect Error    Page should not have contained text 'Error'.    Page Should Not Contain    Error
What A Late Response Brings Is Not Missed
    [Template]    NONE
    Go To Page    /late_error
    Click Button    go
    Run Keyword And Expect Error    Page should not have contained text 'Error'.    Page Should Not Contain    Error
What Should Not Be There Is Waited For Under Other Names
    [Template]    NONE
    Go To Page    /error
    Click Button    go
    Run Keyword And Expect Error    Page should have contained "0" element(s), but it did contain "1" element(s).
    ...    Page Should Contain Element    //p[text()='Error']    limit=0
    Go To Page    /error
    Click Button    go
    Run Keyword And Expect Error    The text of element 'out' should have been '' but it was 'Error'.
    ...    Element Text Should Be    out    ${EMPTY}
    Go To Page    /selected
    Click Button    go
    Run Keyword And Expect Error    EQUALS:List 'list' should have had no selection but selection was [ tea (tea) ].
    ...    List Should Have No Selections    list
Still Page Fails Early
    [Template]    NONE
    Check Fails Early On    /still
Page Without Own Timers Fails Early
    [Template]    NONE
    Check Fails Early On    /faked
Keyword That Returns The Status Waits
    [Template]    NONE
    Go To Page    /text
    ${is_there}    Run Keyword And Return Status    Page Should Contain    done
    Should Be True    ${is_there}
Outer Limit Holds
    [Documentation]    A page with an interval never comes to rest.
    [Template]    NONE
    Go To Page    /interval
    Run Keyword And Expect Error    *after retrying for 1 second*    Wait Until Keyword Succeeds    1 s    0.1 s
    ...    Page Should Contain    never


*** Keywords ***
Open Late
    [Documentation]    Starts the application and opens a browser that all tests use.
    Start Server    late:Late    server=${SERVER}
    Open Headless Browser    /still

Element Text Should Be On
    [Documentation]    Checks a text of a page that has just been loaded.
    [Arguments]    ${path}    ${locator}    ${text}
    Go To Page    ${path}
    Element Text Should Be    ${locator}    ${text}

Check Fails Early On
    [Documentation]    A check for what never comes ends long before the time of `retry_checks`.
    [Arguments]    ${path}
    Go To Page    ${path}
    Run Keyword And Expect Error    Page should have contained text 'never' but did not.
    ...    Page Should Contain    never
