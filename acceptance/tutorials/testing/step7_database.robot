*** Settings ***
Documentation     Each test begins with the same database.

Library           OperatingSystem
Resource          shop.resource

Suite Setup       Open Shop With Empty Database
Suite Teardown    Close Shop And Remove Database
Test Setup        Begin Anew


*** Test Cases ***
Order Is Written Down
    Order Tea    600
    ${orders}    Query Database    ${DATABASE}    SELECT name, grams FROM orders
    Should Be Equal    ${orders}    ${{ [['Ada', 600]] }}

Stock Is Full Again
    Order Tea    900
    Tea Should Be On Its Way    900

Stock Ends
    Order Tea    900
    Order Should Be Refused    200    100 g are left, not 200


*** Keywords ***
Open Shop With Empty Database
    [Documentation]    Starts the shop with a file of its own, and keeps a copy of it.
    VAR    ${DATABASE}    sqlite:///${OUTPUT_DIR}/shop.db    scope=SUITE
    Remove File    ${OUTPUT_DIR}/shop.db
    Set Environment Variable    SHOP    ${OUTPUT_DIR}/shop.db
    Open Shop    shop7:Shop
    Save Database    ${DATABASE}

Begin Anew
    [Documentation]    Empties the database and signs in.
    Reset Database    ${DATABASE}
    Seed Session    name=Ada

Close Shop And Remove Database
    [Documentation]    Leaves nothing behind.
    Close Shop
    Remove Environment Variable    SHOP
    Remove File    ${OUTPUT_DIR}/shop.db
