*** Settings ***
Documentation    Is ended from outside while its server hangs.

Library          OperatingSystem
Resource         ../../resources/client.resource

Suite Setup      Start Server    sample_app.misbehaving:Restless    server=${SERVER}    isolation=${ISOLATION}


*** Variables ***
${SERVER}       threaded
${ISOLATION}    thread


*** Test Cases ***
Hang
    ${url}    Get Server Url
    Request In Background    ${url}/sleep?seconds=20
    Create File    ${OUTPUT_DIR}/in-the-middle
    Sleep    20 s
    [Teardown]    Create File    ${OUTPUT_DIR}/in-the-teardown

Not Run
    Log    never
