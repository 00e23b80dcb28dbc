*** Settings ***
Documentation    Settings come from the place where the application runs.

Library          OperatingSystem
Library          robot_cherrypy
Library          visitor.py

Test Teardown    Forget Settings


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Without A File
    Start Server    environments_app:application    server=${SERVER}
    Page Should Say    /    All prices in euros, mail by smtp.shop.example.

With A File
    Create File    ${OUTPUT_DIR}/staging.conf    [shop]\nmail = "localhost"\n
    Set Environment Variable    SHOP_SETTINGS    ${OUTPUT_DIR}/staging.conf
    Start Server    environments_app:application    server=${SERVER}    alias=staging
    Page Should Say    /    All prices in euros, mail by localhost.


*** Keywords ***
Forget Settings
    [Documentation]    Leaves no settings to other applications.
    Remove Environment Variable    SHOP_SETTINGS
    Remove File    ${OUTPUT_DIR}/staging.conf
