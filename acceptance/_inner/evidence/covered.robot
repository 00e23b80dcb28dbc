*** Settings ***
Documentation     Two tests that reach different lines of the shop.

Resource          ../../resources/shop.resource

Suite Setup       Open Shop
Suite Teardown    Close Shop


*** Variables ***
${DRINK}    Tea    # robocop: off=VAR02


*** Test Cases ***
Look At A Tea
    Visit    /tea?name=assam

Order A ${DRINK}
    Visit    /order?tea=assam
