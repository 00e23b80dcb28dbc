*** Settings ***
Documentation    Is ended from outside in the middle of its only test.

Library          OperatingSystem
Library          robot_cherrypy    timeout=60 s
Library          SeleniumLibrary    run_on_failure=NOTHING


*** Test Cases ***
Wait For The End
    Start Server    sample_app.kinds:Pages    server=${SERVER}
    Start Server    sample_app.kinds:Pages    server=${SERVER}    alias=child    isolation=process
    Open Headless Browser
    Create File    ${OUTPUT_DIR}/in-the-middle
    Wait Until Page Contains    What never comes    timeout=50 seconds

Next Test
    Server Should Be Running
