*** Settings ***
Documentation    Messages of keywords about hosts that fail name the cause.

Library          OperatingSystem
Resource         ../resources/hosts.resource


*** Variables ***
${FILES}    ${CURDIR}/faulty


*** Test Cases ***
No Hosts Were Started
    [Template]    No Hosts Should Be Started For
    Stop Hosts
    Deploy Stack    ${HOSTS_SHOP}/stack.yaml    shop
    Kill Host    host1
    Restart Host    host1
    Disconnect Host    host1
    Reconnect Host    host1
    Drain Host    host1
    Resume Host    host1

No Stack Was Deployed
    [Template]    No Hosts Should Be Started For
    Wait Until Service Has Replicas    web    1
    Get Service Url    web    8000
    Get Service Hosts    web

Number Of Hosts Is Wrong
    Run Keyword And Expect Error    EQUALS:There can be 1 to 50 hosts, not 0.    Start Hosts    0
    Run Keyword And Expect Error    EQUALS:Of 2 hosts, 1 to 2 can be managers, not 3.    Start Hosts    2    managers=3

Program Is Missing
    ${path}    Get Environment Variable    PATH
    Set Environment Variable    PATH    /nowhere
    Run Keyword And Expect Error    Hosts cannot be started here: * are missing: apt-get install * docker.io.
    ...    Start Hosts    1
    [Teardown]    Set Environment Variable    PATH    ${path}

Names Are Wrong
    Start Hosts    1    disk=folder
    Run Keyword And Expect Error    EQUALS:There are hosts already: use 'Stop Hosts' first.    Start Hosts    1
    Run Keyword And Expect Error    EQUALS:There is no host 'hots1'. Hosts: host1. Did you mean 'host1'?
    ...    Kill Host    hots1
    Run Keyword And Expect Error    There is no host 'host2'. Hosts: host1.*    Restart Host    host2
    Run Keyword And Expect Error    There is no host 'host2'. Hosts: host1.*    Resume Host    host2
    Run Keyword And Expect Error    EQUALS:No stack has a service 'web'. Services: none.
    ...    Get Service Url    web    8000
    Run Keyword And Expect Error    There is no compose file '*nowhere.yaml'.
    ...    Deploy Stack    nowhere.yaml    name=faulty
    [Teardown]    Stop Hosts

Stack Cannot Be Deployed
    Start Hosts    1
    Run Keyword And Expect Error    Service 'web' of '*no_image.yaml' has no 'image'.
    ...    Deploy Stack    ${FILES}/no_image.yaml    name=faulty
    Run Keyword And Expect Error    Image 'nobody.invalid/shop' is neither in * nor can it be downloaded: *
    ...    Deploy Stack    ${FILES}/nowhere.yaml    name=faulty
    Run Keyword And Expect Error    Service 'web' was not ready in time: it lacks 1 replicas.*no settings in /etc/shop
    ...    Deploy Stack    ${FILES}/ending.yaml    name=faulty    timeout=20 seconds
    [Teardown]    Stop Hosts

Service Is Not What Is Asked For
    Start Hosts    1
    Deploy Stack    ${FILES}/global.yaml    name=global
    Run Keyword And Expect Error    Service 'web' has the mode 'global'*    Scale Service    web    2
    Run Keyword And Expect Error    EQUALS:Service 'web' does not publish port 80. Published: 8000.
    ...    Get Service Url    web    80
    Run Keyword And Expect Error    Service 'web' has 1 of 2 replicas after 1 s.*
    ...    Wait Until Service Has Replicas    web    2    timeout=1 second
    Kill Host    host1
    Run Keyword And Expect Error    Swarm has no leader: 0 of 1 managers run *    Get Service Hosts    web
    [Teardown]    Stop Hosts


*** Keywords ***
No Hosts Should Be Started For
    [Documentation]    Runs a keyword that needs hosts.
    [Arguments]    @{keyword}
    Run Keyword And Expect Error    EQUALS:No hosts were started: use 'Start Hosts' first.    @{keyword}
