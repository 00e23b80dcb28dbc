*** Settings ***
Documentation    Each kind of application is recognised and mounted.

Resource         ../resources/servers.resource

Test Teardown    Stop All Servers
Test Template    Application Should Be Served


*** Test Cases ***                      APPLICATION          MOUNT    PATH          TEXT
Class                                   kinds:Pages          /        /             Mounted at /
Class At A Path                         kinds:Pages          /shop    /shop         Mounted at /shop
Application With A Path Of Its Own      kinds:application    /        /app          Mounted at /app
Factory                                 kinds:make_pages     /        /             Mounted at /
Factory At A Path                       kinds:make_pages     /shop    /shop         Mounted at /shop
Factory That Mounts Itself              kinds:mount_pages    /        /scripted     Mounted at /scripted
WSGI Callable                           kinds:wsgi           /        /             WSGI at /
WSGI Callable At A Path                 kinds:wsgi           /wsgi    /wsgi/page    WSGI at /wsgi
Module That Mounts And Starts Itself    self_mounting        /        /             Started by itself, hello


*** Keywords ***
Application Should Be Served
    [Documentation]    Starts the application twice, because its module is imported the first time only.
    [Arguments]    ${app}    ${mount}    ${path}    ${text}
    ${url}    Start    ${app}    mount=${mount}
    Page Should Be    ${url}${path}    ${text}
    Stop Server
    ${url}    Start    ${app}    mount=${mount}
    Page Should Be    ${url}${path}    ${text}
