*** Settings ***
Documentation    Messages about clusters that cannot be used name the cause. They need no cluster.

Library          OperatingSystem
Library          robot_cherrypy


*** Test Cases ***
Kubectl Is Not Installed
    ${path}    Get Environment Variable    PATH
    Set Environment Variable    PATH    /nowhere
    Run Keyword And Expect Error
    ...    kubectl, by which clusters of Kubernetes are reached, is not installed: *
    ...    Use Hosts
    [Teardown]    Set Environment Variable    PATH    ${path}

Configuration Is Missing
    Skip Without Kubectl
    Run Keyword And Expect Error    EQUALS:There is no configuration of a cluster 'nowhere.yaml'.
    ...    Use Hosts    kubeconfig=nowhere.yaml

Cluster Does Not Respond
    Skip Without Kubectl
    Run Keyword And Expect Error    `kubectl get` failed: *127.0.0.1:9*
    ...    Use Hosts    kubeconfig=${CURDIR}/faulty/kubeconfig.yaml    timeout=5 seconds


*** Keywords ***
Skip Without Kubectl
    [Documentation]    Skips the test where there is no kubectl.
    ${path}    Evaluate    shutil.which("kubectl")
    IF    not $path    Skip    kubectl is not installed
