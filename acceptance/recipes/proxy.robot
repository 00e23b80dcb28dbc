*** Settings ***
Documentation    The proxy serves https://shop.example.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    proxy_app:Shop    server=${SERVER}


*** Variables ***
${SERVER}    threaded
&{PROXY}     X-Forwarded-For=192.0.2.7    X-Forwarded-Host=shop.example    X-Forwarded-Proto=https


*** Test Cases ***
Visitor And URL Are Known
    ${page}    Visit    /    headers=${PROXY}
    Should Be Equal    ${page.text}    192.0.2.7 asked for https://shop.example/

Redirect Leads To The Proxy
    ${page}    Visit    /old    headers=${PROXY}    allow_redirects=${False}
    Should Be Equal    ${page.headers}[Location]    https://shop.example/
