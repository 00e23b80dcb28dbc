*** Settings ***
Documentation    Whatever kind of application is named, it is recognised and mounted.

Resource         ../resources/servers.resource

Test Teardown    Stop All Servers
Test Template    Application Should Be Served


*** Test Cases ***                      APPLICATION          MOUNT    PATH          TEXT
Class                                   plain:Pages          /        /             Mounted at /
Class At A Path                         plain:Pages          /shop    /shop         Mounted at /shop
Application With A Path Of Its Own      plain:application    /        /app          Mounted at /app
Factory                                 plain:make_pages     /        /             Mounted at /
Factory At A Path                       plain:make_pages     /shop    /shop         Mounted at /shop
Factory That Mounts Itself              plain:mount_pages    /        /scripted     Mounted at /scripted
WSGI Callable                           plain:wsgi           /        /             WSGI at /
WSGI Callable At A Path                 plain:wsgi           /wsgi    /wsgi/page    WSGI at /wsgi
Module That Mounts And Starts Itself    self_mounting        /        /             Started by itself, hello


*** Keywords ***
Application Should Be Served
    [Documentation]    Starts the application twice, as its module is imported only the first time.
    [Arguments]    ${app}    ${mount}    ${path}    ${text}
    ${url}    Start    ${app}    mount=${mount}
    Page Should Be    ${url}${path}    ${text}
    Stop Server
    ${url}    Start    ${app}    mount=${mount}
    Page Should Be    ${url}${path}    ${text}
