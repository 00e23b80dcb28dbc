*** Settings ***
Documentation    One of the suites that run at the same time.

Library          robot_cherrypy    server=${SERVER}
Library          SeleniumLibrary    run_on_failure=NOTHING

Suite Setup      Start Server    sample_app.kinds:Counter


*** Test Cases ***
First Visit Is Our Own
    Open Headless Browser    /
    Page Should Contain    Visit 1

Second Visit Is Our Own
    Go To Page    /
    Page Should Contain    Visit 2
