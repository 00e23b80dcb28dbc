*** Settings ***
Documentation     A test can ask what its server was asked.

Library           Collections
Resource          ../resources/shop.resource

Suite Setup       Open Shop For All Tests
Suite Teardown    Close Shop


*** Test Cases ***
Requests Of The Test Are Known
    Visit    /tea?name=assam
    Visit    /
    ${requests}    Get Requests
    Length Should Be    ${requests}    2
    Should Be Equal As Strings    ${requests[0].url}    /tea?name=assam
    Should Be Equal As Integers    ${requests[0].status}    200
    Should Be Equal As Strings    ${requests[0].parameters}    {'name': 'assam'}

Requests Are Chosen By Method And Path
    Visit    /tea?name=assam
    Visit    /
    ${requests}    Get Requests    method=GET    path=/t*    alias=shop
    Length Should Be    ${requests}    1
    ${none}    Get Requests    method=POST
    Length Should Be    ${none}    0

Requests Of A Server That There Is Not Fail
    Run Keyword And Expect Error
    ...    EQUALS:No server with alias 'other' is running. Running: 'shop'.
    ...    Get Requests    alias=other

Request In Flight Is Known
    Request In Background    ${URL}/stock?seconds=0.3
    ${requests}    Get Requests    path=/stock
    Should Be Equal    ${requests[0].ended}    ${None}
    Wait Until Server Is Idle
    Should Be True    $requests[0].ended

Headers Of Request And Response Are Known
    Visit    /
    ${requests}    Get Requests
    Should Be Equal    ${requests[0].request_headers}[accept]    */*
    Should Be Equal    ${requests[0].headers}    ${requests[0].request_headers}
    Should Start With    ${requests[0].response_headers}[CONTENT-TYPE]    text/html
    ${types}    Call Method    ${requests[0].response_headers}    get_all    Content-Type
    Length Should Be    ${types}    1

Form Was Received
    Send Form    /order    tea=sencha    grams=250
    VAR    &{order}    tea=sencha    grams=250
    Server Should Have Received    POST    /order    times=1    parameters=${order}

Json Was Received
    Send Json    /wish    {"grams": 250, "gift": true}
    Server Should Have Received    POST    /wish    json={"gift": true, "grams": 250}

Header Was Received
    Visit    /
    VAR    &{headers}    accept=*/*
    Server Should Have Received    GET    /    headers=${headers}

Nothing Was Received
    Server Should Have Received    GET    /tea    times=0
    Run Keyword And Expect Error
    ...    EQUALS:GET /tea should have been received at least once, but was never. There was no request at all.
    ...    Server Should Have Received    GET    /tea

Near Misses Are Told
    Send Form    /order    tea=sencha    grams=250
    Visit    /
    VAR    &{order}    tea=sencha    grams=300
    VAR    ${message}    POST /order with parameters {'tea': 'sencha', 'grams': '300'} should have been received once,
    ...    but was never. Requests that come near, of 2:\n- POST /order (parameter grams is '250')\n- GET /
    ...    (method GET, path /, parameter tea is None, parameter grams is None)
    Run Keyword And Expect Error    EQUALS:${message}
    ...    Server Should Have Received    POST    /order    times=1    parameters=${order}

Idle Server Is Not Waited For
    Visit    /
    Wait Until Server Is Idle

Busy Server Is Waited For
    Request In Background    ${URL}/stock?seconds=0.3
    Wait Until Server Is Idle
    ${requests}    Get Requests    path=/stock
    Should Be True    $requests[0].ended

Server That Stays Busy Is Told
    Request In Background    ${URL}/stock?seconds=0.5
    Run Keyword And Expect Error    STARTS:Server 'shop' was not idle within 0.1 s. In flight: GET /stock (0.
    ...    Wait Until Server Is Idle    0.1 s
    Wait Until Server Is Idle    0.1 s    except_paths=/sto*
    Wait Until Server Is Idle


*** Keywords ***
Open Shop For All Tests
    [Documentation]    Starts the shop and keeps its address.
    ${url}    Open Shop
    VAR    ${URL}    ${url}    scope=SUITE

Send Form
    [Documentation]    Sends the fields of a form.
    [Arguments]    ${path}    &{fields}
    Post    ${URL}${path}    ${fields}

Send Json
    [Documentation]    Sends a document.
    [Arguments]    ${path}    ${text}
    Post Text    ${URL}${path}    ${text}    application/json
