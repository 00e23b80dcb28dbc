*** Settings ***
Documentation     The shop works on a phone, and everybody can use it when the network is slow.

Resource          shop.resource

Suite Setup       Open Shop    shop6:Shop
Suite Teardown    Close Shop


*** Test Cases ***
Visitor Orders By Phone
    Open Headless Browser    device=Pixel 7    alias=phone
    Seed Session    name=Ada
    Order Tea    250
    Tea Should Be On Its Way    250

Slow Price Does Not Block The Order
    Seed Session    name=Ada
    Delay Responses    /price    2 seconds
    Order Tea    250
    Tea Should Be On Its Way    250
