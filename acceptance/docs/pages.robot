*** Settings ***
Documentation    Every page of the site is whole, and its links lead.

Resource         ../resources/docs.resource


*** Test Cases ***
Every Page Is Sound
    [Tags]    every-page
    [Timeout]    15 minutes
    Every Page Should Be Sound

Every Link Leads
    Links Should Lead

A Path Leads From The First Page To The Last
    Path Should Lead Through All Pages
