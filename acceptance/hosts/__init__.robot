*** Settings ***
Documentation    Hosts with Docker Swarm. Where none can be started, or their image is in no engine, these suites are
...              skipped with the reason. `tox -e cluster` starts an engine for them on a bare Debian machine.

Resource         ../resources/hosts.resource

Suite Setup      Skip Without Hosts

Test Tags        containers    hosts
