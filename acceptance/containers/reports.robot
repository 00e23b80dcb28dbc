*** Settings ***
Documentation    A server in a container tells the test what happened, as a server in the test's process does.

Library          SeleniumLibrary
Library          ../resources/inner_runs.py
Resource         ../resources/containers.resource

Suite Setup      Start Reporting Shop
Test Timeout     5 minutes

Test Tags        served


*** Test Cases ***
Errors In The Container Belong To The Test
    Expect Server Error    *KeyError*
    Status Should Be    ${SHOP_URL}/tea?name=coffee    500
    @{errors}    Get Server Errors
    Length Should Be    ${errors}    1
    Should Contain    ${errors[0].traceback}    sample_app/faulty
    Should Be Equal    ${errors[0].server}    shop

Requests In The Container Are Known
    Status Should Be    ${SHOP_URL}/    200
    Wait Until Keyword Succeeds    10 seconds    100 ms    Server Should Have Received    GET    /    times=1

Click In A Browser Reaches The Container
    Open Headless Browser
    Click Button    order
    Element Text Should Be    thanks    Your assam is on its way.
    Wait Until Keyword Succeeds    10 seconds    100 ms    Server Should Have Received    POST    /order    times=1
    [Teardown]    Close All Browsers

Error Behind A Click Belongs To The Test
    Expect Server Error    ValueError*many*
    Open Headless Browser
    Input Text    name:grams    many
    Click Button    order
    Element Text Should Be    thanks    Your assam is on its way.
    @{errors}    Get Server Errors
    Should Be Equal    ${errors[0].path}    /order
    [Teardown]    Close All Browsers

Keywords That Need A Server Of Ours Say So
    VAR    ${elsewhere}    Server 'shop' runs elsewhere, at ${SHOP_URL}:
    VAR    ${remedy}    needs a server of 'Start Server'.
    Run Keyword And Expect Error    ${elsewhere} a fault ${remedy}    Fail Requests    /tea
    Run Keyword And Expect Error    ${elsewhere} 'Wait Until Server Is Idle' ${remedy}    Wait Until Server Is Idle
    Run Keyword And Expect Error    Server 'shop' runs elsewhere: *isolation=process.    Kill Server
    Run Keyword And Expect Error    Server 'shop' runs elsewhere: it cannot be restarted here.    Restart Server

Server Elsewhere Needs A URL And A Free Alias
    Run Keyword And Expect Error
    ...    EQUALS:'shop.example' is no URL of a server: it begins with http:// or https://.
    ...    Use Server    shop.example
    Run Keyword And Expect Error
    ...    EQUALS:A server with alias 'shop' is running: stop it or choose another alias.
    ...    Use Server    ${SHOP_URL}    alias=shop
    Run Keyword And Expect Error    Reports cannot be received at 192.0.2.1:0: *
    ...    Receive Reports    host=192.0.2.1

Error In A Container Fails Its Test
    # The report about the response comes after that of the error, and perhaps after the test.
    VAR    @{ends}    ${EMPTY}    ${SPACE}(answered 200)
    Run Inner Suite    faulty_container.robot    --variable    ENGINE:${ENGINE}    --variable    SERVER:${SERVER}
    Inner Test Should Have Failed
    ...    Shop Is Broken
    ...    Server error: GET /order: ValueError: invalid literal for int() with base 10: 'many' in sample_app.faulty.Shop.order
    ...    ends=${ends}
    Inner Test Should Show    Shop Is Broken    sample_app/faulty    Log of container
    [Teardown]    Delete Inner Reports
