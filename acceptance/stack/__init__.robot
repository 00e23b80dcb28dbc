*** Settings ***
Documentation    The notes application with PostgreSQL and HAProxy. Where one of them is missing, these
...              suites are skipped with the reason.

Resource         ../resources/stack.resource

Suite Setup      Start The Stack
