*** Settings ***
Documentation    Fails because of an error in a container, though its only step passes.

Library          robot_cherrypy
Resource         ../resources/containers.resource

Suite Setup      Start Reporting Shop


*** Test Cases ***
Shop Is Broken
    Status Should Be    ${SHOP_URL}/order?grams=many    200
