*** Settings ***
Documentation    The name of the host decides which site it is.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    hosts_app:application    server=${SERVER}


*** Variables ***
${SERVER}    threaded
&{BLOG}      Host=blog.example
&{SHOP}      Host=shop.example


*** Test Cases ***
Blog Has Its Name
    ${page}    Visit    /    headers=${BLOG}
    Should Be Equal    ${page.text}    The blog

Every Other Name Is The Shop
    ${page}    Visit    /    headers=${SHOP}
    Should Be Equal    ${page.text}    The shop
