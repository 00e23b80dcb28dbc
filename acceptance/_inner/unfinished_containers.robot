*** Settings ***
Documentation    Is killed while containers run.

Library          OperatingSystem
Library          robot_cherrypy


*** Variables ***
${ENGINE}     ${None}
${PROJECT}    unfinished


*** Test Cases ***
Wait For The End
    Start Containers    ${CURDIR}/../containers/shop/compose.yaml    engine=${ENGINE}    project=${PROJECT}
    Pause Container    store
    Create File    ${OUTPUT_DIR}/in-the-middle
    Sleep    5 minutes
