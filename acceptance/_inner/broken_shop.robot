*** Settings ***
Documentation    Fails, so that its log shows what a container has printed.

Library          robot_cherrypy
Resource         ../resources/containers.resource

Suite Setup      Start The Shop


*** Test Cases ***
Shop Is Asked
    Status Should Be    ${SHOP_URL}/broken    200
    Fail    Something is wrong.
