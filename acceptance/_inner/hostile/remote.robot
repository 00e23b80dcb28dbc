*** Settings ***
Documentation     A page that loads much from elsewhere, in a test that fails.

Library           robot_cherrypy    server=${SERVER}
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Teardown    Close All Browsers


*** Variables ***
${SERVER}       threaded
${ELSEWHERE}    ${EMPTY}


*** Test Cases ***
Page Of Others
    Start Server    leaking:Leaking
    Open Headless Browser    /remote?address=${ELSEWHERE}
    Fail    Something else.
