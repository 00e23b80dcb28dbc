*** Settings ***
Documentation    Scripts of the shop read prices, those of others do not.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    cors_app:application    server=${SERVER}


*** Variables ***
${SERVER}       threaded
&{SHOP}         Origin=https://shop.example
&{OTHER}        Origin=https://other.example
&{PREFLIGHT}    Origin=https://shop.example    Access-Control-Request-Method=POST


*** Test Cases ***
Shop Reads Prices
    ${prices}    Visit    /    headers=${SHOP}
    Should Be Equal    ${prices.headers}[Access-Control-Allow-Origin]    https://shop.example
    Should Be Equal    ${prices.json()}[assam]    ${4.8}

Browser Asks First
    ${response}    Visit    /    OPTIONS    headers=${PREFLIGHT}
    Should Be Equal As Integers    ${response.status_code}    204
    Should Contain    ${response.headers}[Access-Control-Allow-Methods]    POST

Others Are Not Named
    ${prices}    Visit    /    headers=${OTHER}
    Should Not Contain    ${prices.headers}    Access-Control-Allow-Origin
    Should Be Equal    ${prices.headers}[Vary]    Origin
