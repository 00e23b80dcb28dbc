*** Settings ***
Documentation     Suites speak of tea, and one table has many cases.

Resource          shop.resource

Suite Setup       Open Shop    shop1:Shop
Suite Teardown    Close Shop


*** Test Cases ***
Visitor Orders Tea
    Order Tea    250
    Tea Should Be On Its Way    250

What Is No Number Is Refused
    [Template]    Order Should Be Refused
    0    Grams have to be a whole number.
    -5    Grams have to be a whole number.
    a lot    Grams have to be a whole number.
