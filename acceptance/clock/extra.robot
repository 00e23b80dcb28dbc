*** Settings ***
Documentation     The keywords for the clock say which extra they need.

Library           robot_cherrypy
Library           ../resources/missing.py

Suite Setup       Hide Package    time_machine
Suite Teardown    Show Packages
Test Template     Run Keyword And Expect Error


*** Variables ***
${MESSAGE}    Moving the clock needs an extra: pip install 'robotframework-cherrypy[clock]'


*** Test Cases ***
Freezing
    EQUALS:${MESSAGE}    Freeze Time
Travelling
    EQUALS:${MESSAGE}    Travel To       2030-12-24 18:00
Advancing
    EQUALS:${MESSAGE}    Advance Time    1 hour
