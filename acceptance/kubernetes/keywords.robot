*** Settings ***
Documentation    A stack is deployed on hosts with Kubernetes, of which one after the other is lost and comes back.

Library          SeleniumLibrary
Resource         ../resources/kubernetes.resource

Suite Setup      Run Keywords
...                  Skip Without Kubernetes    AND    Start The Shop On Kubernetes
Test Timeout     8 minutes

Test Tags        containers    kubernetes


*** Test Cases ***
Deployed Stack Is Ready
    ${url}    Get Service Url    web    80
    Open Headless Browser    ${url}/
    Element Text Should Be    tag:h1    Welcome
    ${is_secure}    Execute Javascript    return window.isSecureContext
    Should Be True    ${is_secure}
    ${hosts}    Shop Should Be On    2
    Length Should Be    ${hosts}    2
    [Teardown]    Close All Browsers

Service Is Scaled
    Scale Service    web    3
    Shop Should Be On    3
    Scale Service    web    2
    Shop Should Be On    2

Killed Host Is Replaced And Comes Back
    ${url}    Get Service Url    web    80
    Kill Host    host1
    Run Keyword And Expect Error    EQUALS:Host 'host1' does not run.    Kill Host    host1
    Run Keyword And Expect Error    Host 'host1' cannot be drained: *    Drain Host    host1
    Wait Until Service Has Replicas    web    1
    Status Should Be    ${url}/    200
    ${hosts}    Shop Should Be On    2
    Should Not Contain    ${hosts}    host1
    Restart Host    host1

Host That Is Cut Off Is Replaced And Comes Back
    Disconnect Host    host2
    Run Keyword And Expect Error    EQUALS:Host 'host2' is disconnected already.    Disconnect Host    host2
    ${hosts}    Shop Should Be On    2
    Should Not Contain    ${hosts}    host2
    Reconnect Host    host2
    Run Keyword And Expect Error    EQUALS:Host 'host2' was not disconnected.    Reconnect Host    host2

Drained Host Has No Pods
    Drain Host    host1
    ${hosts}    Shop Should Be On    2
    Should Not Contain    ${hosts}    host1
    Resume Host    host1
    Scale Service    web    3
    ${hosts}    Shop Should Be On    3
    Should Contain    ${hosts}    host1
    Scale Service    web    2
