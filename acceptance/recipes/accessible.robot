*** Settings ***
Documentation    Everybody can use the form.

Library          robot_cherrypy
Library          SeleniumLibrary    run_on_failure=NOTHING
Library          axe_library.py

Suite Setup      Open Search


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Form Is Accessible
    Go To Page    /
    Page Should Be Accessible

Field Without A Label Is Found
    Go To Page    /unlabelled
    Run Keyword And Expect Error    *Ensures every form element has a label*    Page Should Be Accessible


*** Keywords ***
Open Search
    [Documentation]    Starts the application and opens its form.
    Start Server    accessible_app:Search    server=${SERVER}
    Open Headless Browser
