*** Settings ***
Documentation     A browser downloads a file, and the test reads it.

Library           OperatingSystem
Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Teardown    Remove Directory    ${DOWNLOADS}    recursive=True


*** Variables ***
${SERVER}       threaded
${DOWNLOADS}    ${OUTPUT_DIR}/downloads


*** Test Cases ***
File Is Downloaded
    Start Server    download_app:Downloads    server=${SERVER}
    Open Headless Browser    downloads=${DOWNLOADS}
    Click Link    All books
    Wait Until Created    ${DOWNLOADS}/books.csv
    ${text}    Get File    ${DOWNLOADS}/books.csv
    Should Contain    ${text}    Emma,Jane Austen
