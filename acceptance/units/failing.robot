*** Settings ***
Documentation    Messages of keywords about hosts with systemd that fail name the cause.

Resource         ../resources/units.resource

Suite Setup      Start Hosts    1    engine=units


*** Variables ***
${FILES}    ${CURDIR}/faulty


*** Test Cases ***
Names Are Wrong
    Run Keyword And Expect Error    EQUALS:There are hosts already: use 'Stop Hosts' first.    Start Hosts    1
    Run Keyword And Expect Error    EQUALS:There is no host 'hots1'. Hosts: host1. Did you mean 'host1'?
    ...    Kill Host    hots1
    Run Keyword And Expect Error    EQUALS:No stack has a service 'web'. Services: none.
    ...    Get Service Url    web    8000

Stack Cannot Be Deployed
    Run Keyword And Expect Error    There is no folder of units '*nowhere'.    Deploy Stack    nowhere    name=faulty
    Run Keyword And Expect Error    No unit of '*resources' has a section '?Install?', so none is started.
    ...    Deploy Stack    ${CURDIR}/../resources    name=faulty
    Run Keyword And Expect Error    Image 'nobody.invalid/shop' is neither in * nor can it be downloaded: *
    ...    Deploy Stack    ${FILES}/nowhere    name=faulty
    Run Keyword And Expect Error    No host that runs may have the unit 'web.container'.
    ...    Deploy Stack    ${FILES}/elsewhere    name=faulty
    Run Keyword And Expect Error    Service 'web' was not ready in time: *no settings in /etc/shop*
    ...    Deploy Stack    ${FILES}/ending    name=faulty    timeout=20 seconds

Service Is Not What Is Asked For
    Deploy Stack    ${FILES}/single    name=single
    Run Keyword And Expect Error    Service 'page' is the unit 'page.container', which is no template: *
    ...    Scale Service    page    2
    Run Keyword And Expect Error    EQUALS:Service 'page' does not publish port 80. Published: 8000.
    ...    Get Service Url    page    80
    Run Keyword And Expect Error    Service 'page' has 1 of 2 replicas after 1 s.*
    ...    Wait Until Service Has Replicas    page    2    timeout=1 second
    Run Keyword And Expect Error    The unit 'page.container' belongs to the stack 'single' already.
    ...    Deploy Stack    ${FILES}/single    name=other
