*** Settings ***
Resource          shop.resource
Suite Setup       Open Shop


*** Test Cases ***
Basket Has A Heading
    Go To Page    /basket
    Element Should Contain    css:h1    Basket

Basket Shows The Total
    Go To Page    /basket
    Element Text Should Be    total    7 coins
