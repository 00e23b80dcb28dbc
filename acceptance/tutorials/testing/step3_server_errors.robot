*** Settings ***
Documentation     An error of the server fails the test, whatever the page says.

Resource          shop.resource

Suite Setup       Open Shop    shop3:Shop
Suite Teardown    Close Shop


*** Test Cases ***
Visitor Orders Tea
    Order Tea    250
    Tea Should Be On Its Way    250

Too Much Tea Is An Error That The Page Hides
    Expect Server Error    SoldOutError: * g are left, not 5000
    Order Tea    5000
    Tea Should Be On Its Way    5000
