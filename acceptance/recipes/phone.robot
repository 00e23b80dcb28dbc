*** Settings ***
Documentation    On a phone there is a menu.

Library          robot_cherrypy
Library          SeleniumLibrary    run_on_failure=NOTHING

Suite Setup      Start Server    phone_app:Shop    server=${SERVER}
Test Teardown    Close Browser


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Phone
    Open Headless Browser    device=Pixel 7
    Element Should Be Visible    menu
    Element Should Not Be Visible    css:nav

Desktop
    Open Headless Browser    width=1280    height=800
    Element Should Not Be Visible    menu
    Element Should Be Visible    css:nav
