*** Settings ***
Documentation    What only a whole stack can show. Where PostgreSQL or HAProxy is missing these suites
...              are skipped with the reason.

Resource         ../resources/stack.resource

Suite Setup      Start The Stack
