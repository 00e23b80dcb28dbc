*** Settings ***
Documentation     A page looks as it did.

Library           OperatingSystem
Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING
Library           pictures_library.py

Suite Setup       Open Flag
Suite Teardown    Remove Files    ${OUTPUT_DIR}/flag.png    ${OUTPUT_DIR}/flag-now.png
Test Setup        Go To Page    /


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Page Looks The Same
    Page Should Look Like    ${OUTPUT_DIR}/flag.png
    Reload Page
    Page Should Look Like    ${OUTPUT_DIR}/flag.png

Change Is Noticed
    Page Should Look Like    ${OUTPUT_DIR}/flag.png
    Go To Page    /tomato
    Run Keyword And Expect Error    100.0% of flag.png look different: see flag-now.png.
    ...    Page Should Look Like    ${OUTPUT_DIR}/flag.png


*** Keywords ***
Open Flag
    [Documentation]    Starts the application and opens its page.
    Remove File    ${OUTPUT_DIR}/flag.png
    Start Server    pictures_app:Flags    server=${SERVER}
    Open Headless Browser
