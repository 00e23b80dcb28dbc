*** Settings ***
Documentation     Visitors send files.

Library           OperatingSystem
Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Page
Suite Teardown    Remove Uploads


*** Variables ***
${SERVER}     threaded
${UPLOADS}    ${OUTPUT_DIR}/uploads


*** Test Cases ***
File Arrives
    Create File    ${UPLOADS}/letter.txt    Dear Ada
    Choose File    file    ${UPLOADS}/letter.txt
    Click Button    Send
    Page Should Contain    letter.txt has 8 bytes.


*** Keywords ***
Open Page
    [Documentation]    Starts the application with a folder of this run, and opens its form.
    Create Directory    ${UPLOADS}
    Set Environment Variable    UPLOADS    ${UPLOADS}
    Start Server    upload_app:Files    server=${SERVER}
    Open Headless Browser

Remove Uploads
    [Documentation]    Leaves nothing behind.
    Remove Environment Variable    UPLOADS
    Remove Directory    ${UPLOADS}    recursive=True
