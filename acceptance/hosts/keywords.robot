*** Settings ***
Documentation    A stack is deployed on hosts, of which one after the other is lost and comes back.

Library          OperatingSystem
Library          SeleniumLibrary
Resource         ../resources/hosts.resource

Suite Setup      Start The Shop On Hosts
Test Timeout     8 minutes


*** Test Cases ***
Deployed Stack Is Ready
    ${url}    Get Service Url    web    8000
    Open Headless Browser    ${url}/
    Element Text Should Be    tag:h1    Welcome
    ${hosts}    Shop Should Be On    2
    Length Should Be    ${hosts}    2
    [Teardown]    Close All Browsers

Service Is Scaled
    Scale Service    web    3
    ${hosts}    Shop Should Be On    3
    Length Should Be    ${hosts}    3
    Scale Service    web    2
    Shop Should Be On    2

Killed Host Is Replaced And Comes Back
    ${hosts}    Shop Should Be On    2
    Kill Host    ${hosts}[0]
    Run Keyword And Expect Error    EQUALS:Host '${hosts}[0]' does not run.    Kill Host    ${hosts}[0]
    Run Keyword And Expect Error    Host '${hosts}[0]' cannot be drained: *    Drain Host    ${hosts}[0]
    Wait Until Service Has Replicas    web    1
    ${others}    Shop Should Be On    2
    Should Not Contain    ${others}    ${hosts}[0]
    Restart Host    ${hosts}[0]

Host That Is Cut Off Is Replaced And Comes Back
    ${hosts}    Shop Should Be On    2
    Disconnect Host    ${hosts}[1]
    Run Keyword And Expect Error    EQUALS:Host '${hosts}[1]' is disconnected already.
    ...    Disconnect Host    ${hosts}[1]
    ${others}    Shop Should Be On    2
    Should Not Contain    ${others}    ${hosts}[1]
    Reconnect Host    ${hosts}[1]
    Run Keyword And Expect Error    EQUALS:Host '${hosts}[1]' was not disconnected.    Reconnect Host    ${hosts}[1]

Drained Host Has No Containers
    ${hosts}    Shop Should Be On    2
    Drain Host    ${hosts}[0]
    ${others}    Shop Should Be On    2
    Should Not Contain    ${others}    ${hosts}[0]
    Resume Host    ${hosts}[0]
    Scale Service    web    3
    ${all}    Shop Should Be On    3
    Should Contain    ${all}    ${hosts}[0]
    Scale Service    web    2

Update That Is Not Healthy Is Rolled Back
    Set Environment Variable    CHECKED    missing.html
    Run Keyword And Expect Error    Service 'web' was not updated (rollback completed): *
    ...    Deploy Stack    ${HOSTS_SHOP}/stack.yaml    name=shop
    Remove Environment Variable    CHECKED
    Shop Should Be On    2
    [Teardown]    Remove Environment Variable    CHECKED
