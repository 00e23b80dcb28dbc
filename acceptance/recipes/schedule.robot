*** Settings ***
Documentation    The job runs again and again.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    schedule_app:application    server=${SERVER}


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Job Runs More Than Once
    Wait Until Keyword Succeeds    5 s    20 ms    Page Should Say    /    fetched 3
