*** Settings ***
Documentation    Fails, so that its log shows what happened to hosts with systemd.

Library          robot_cherrypy
Resource         ../resources/units.resource

Suite Setup      Start The Shop As Units


*** Test Cases ***
Host Is Lost
    Scale Service    web    3
    ${url}    Get Service Url    web    8000    host=host1
    Status Should Be    ${url}/missing    404
    Kill Host    host2
    Fail    Something is wrong.
