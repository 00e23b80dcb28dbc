*** Settings ***
Documentation    Is killed while containers start, or while an image is built.

Library          robot_cherrypy


*** Variables ***
${ENGINE}     ${None}
${PROJECT}    starting
${FAULTY}     ${CURDIR}/../containers/faulty


*** Test Cases ***
Containers Start
    Start Containers    ${FAULTY}/never.yaml    engine=${ENGINE}    project=${PROJECT}

Image Is Built
    Build Image    ${FAULTY}/building    tag=half-built    engine=${ENGINE}
