*** Settings ***
Documentation       What a visitor sees first.

Resource            resources/application.resource

Test Setup          Open Application    <path>
Test Teardown       Close Application


*** Test Cases ***
Front Page Is Shown
    <check>
