*** Settings ***
Documentation    A server that is gone fails the test during which it went.

Resource         ../../resources/shop.resource

Test Setup       Open Shop
Test Teardown    Close Shop


*** Test Cases ***
Server Ends
    Visit In Vain    /close_shop
    Wait Until Keyword Succeeds    5 s    20 ms    Run Keyword And Expect Error    *closed for today*
    ...    Server Should Be Running
    [Teardown]    No Operation

Innocent Test
    [Setup]    No Operation
    No Operation

Server Ends And Is Stopped In The Teardown
    Visit In Vain    /close_shop
    Wait Until Keyword Succeeds    5 s    20 ms    Run Keyword And Expect Error    *closed for today*
    ...    Server Should Be Running

Server Is Meant To End
    Visit In Vain    /close_shop
    Wait Until Keyword Succeeds    5 s    20 ms    Server Should Not Be Running
