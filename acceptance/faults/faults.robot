*** Settings ***
Documentation     A server can be made slow and unreliable for a test.

Resource          ../resources/shop.resource
Library           ../resources/timing.py

Suite Setup       Open Shop For All Tests
Suite Teardown    Close Shop


*** Test Cases ***
Responses Are Delayed
    Delay Responses    /tea*    300 ms
    Page Should Take At Least    300 ms    ${URL}/tea?name=assam
    Page Should Take Less Than    250 ms    ${URL}/

Responses Are Delayed At Random And Yet The Same
    Delay Responses    /    100 ms    times=3    jitter=80 ms    seed=4
    ${first}    Measure Pages    3    ${URL}/
    Delay Responses    /    100 ms    times=3    jitter=80 ms    seed=4
    ${second}    Measure Pages    3    ${URL}/
    Should Be Alike    ${first}    ${second}

Requests Fail
    Fail Requests    /tea    status=502    times=2
    Status Should Be    ${URL}/tea?name=assam    502
    Status Should Be    ${URL}/tea?name=assam    502
    Status Should Be    ${URL}/tea?name=assam    200
    Server Should Have No Errors

Requests With A Method Fail
    Fail Requests    /order    method=POST
    Status Should Be    ${URL}/order    200
    Post    ${URL}/order    ${{{'tea': 'assam'}}}
    ${requests}    Get Requests    method=POST
    Should Be Equal As Integers    ${requests[0].status}    503
    Should Be Equal    ${requests[0].fault}    failed with 503

Connections Are Dropped
    Drop Connections    /tea    times=1
    Request Should Break Off    ${URL}/tea?name=assam
    Status Should Be    ${URL}/tea?name=assam    200

Responses Are Truncated
    Truncate Responses    /    times=1
    Request Should Break Off    ${URL}/
    Status Should Be    ${URL}/    200

Responses Stall Until Faults Are Cleared
    Stall Responses    /    after=50
    Request In Background    ${URL}/
    Run Keyword And Expect Error    STARTS:Server 'shop' was not idle within 0.2 s. In flight: GET / (
    ...    Wait Until Server Is Idle    200 ms
    Clear Faults
    Wait Until Server Is Idle    2 s

Bandwidth Is Limited
    Limit Bandwidth    2    path=/
    Page Should Take At Least    300 ms    ${URL}/

Connections Are Refused
    Refuse Connections
    Request Should Break Off    ${URL}/
    Clear Faults
    Status Should Be    ${URL}/    200

Faults Are Left Behind
    Fail Requests    *    times=${None}
    Refuse Connections

Nothing Is Left Of Them
    Status Should Be    ${URL}/    200

Fault Of A Server That There Is Not
    Fault Should Fail    Delay Responses    /    1 s
    Fault Should Fail    Fail Requests    /
    Fault Should Fail    Drop Connections    /
    Fault Should Fail    Truncate Responses    /
    Fault Should Fail    Stall Responses    /
    Fault Should Fail    Limit Bandwidth    10
    Fault Should Fail    Refuse Connections
    Fault Should Fail    Clear Faults


*** Keywords ***
Open Shop For All Tests
    [Documentation]    Starts the shop and keeps its address.
    ${url}    Open Shop
    VAR    ${URL}    ${url}    scope=SUITE

Fault Should Fail
    [Documentation]    Checks what a keyword says of a server that is not running.
    [Arguments]    ${keyword}    @{arguments}
    Run Keyword And Expect Error
    ...    EQUALS:No server with alias 'other' is running. Running: 'shop'.
    ...    ${keyword}    @{arguments}    alias=other
