*** Settings ***
Documentation    Messages of keywords about hosts with Kubernetes that fail name the cause.

Resource         ../resources/kubernetes.resource

Suite Setup      Run Keywords
...                  Skip Without Kubernetes    AND    Start Hosts    1    engine=kubernetes

Test Tags        containers    kubernetes


*** Variables ***
${FILES}    ${CURDIR}/faulty


*** Test Cases ***
Names Are Wrong
    Run Keyword And Expect Error    EQUALS:There are hosts already: use 'Stop Hosts' first.    Use Hosts
    Run Keyword And Expect Error    EQUALS:There is no host 'hots1'. Hosts: host1. Did you mean 'host1'?
    ...    Kill Host    hots1
    Run Keyword And Expect Error    EQUALS:No stack has a service 'web'. Services: none.
    ...    Get Service Url    web    8000

Stack Cannot Be Deployed
    Run Keyword And Expect Error    There is neither a file nor a folder '*nowhere'.
    ...    Deploy Stack    nowhere    name=faulty
    Run Keyword And Expect Error    `kubectl create` failed: *no matches for kind "Deployments"*
    ...    Deploy Stack    ${FILES}/misspelt.yaml    name=faulty
    Run Keyword And Expect Error    PersistentVolume 'volume' would be for the whole cluster, *
    ...    Deploy Stack    ${FILES}/whole_cluster.yaml    name=faulty
    Run Keyword And Expect Error    Service 'web' was not ready in time: *no settings in /etc/shop*
    ...    Deploy Stack    ${FILES}/ending.yaml    name=faulty    timeout=20 seconds

Service Is Not What Is Asked For
    Deploy Stack    ${FILES}/global.yaml    name=global
    Run Keyword And Expect Error
    ...    Service 'web' is a DaemonSet, which cannot be scaled: *
    ...    Scale Service    web    2
    Run Keyword And Expect Error    EQUALS:Service 'web' has no port 80. Ports: 8000.
    ...    Get Service Url    web    80
    Run Keyword And Expect Error    Service 'web' has 1 of 2 replicas after 1 s.*
    ...    Wait Until Service Has Replicas    web    2    timeout=1 second
