*** Settings ***
Documentation    A server that ends by itself fails the test during which it ends.

Resource         ../../resources/shop.resource

Test Setup       Open Shop
Test Teardown    Close Shop


*** Test Cases ***
Server Ends
    Visit Should Break Off    /close_shop
    Wait Until Keyword Succeeds    5 s    20 ms    Run Keyword And Expect Error    *closed for today*
    ...    Server Should Be Running
    [Teardown]    No Operation

Innocent Test
    [Setup]    No Operation
    No Operation

Server Ends And Is Stopped In The Teardown
    Visit Should Break Off    /close_shop
    Wait Until Keyword Succeeds    5 s    20 ms    Run Keyword And Expect Error    *closed for today*
    ...    Server Should Be Running

Server Is Expected To End
    Visit Should Break Off    /close_shop
    Wait Until Keyword Succeeds    5 s    20 ms    Server Should Not Be Running
