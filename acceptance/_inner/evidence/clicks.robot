*** Settings ***
Documentation     Clicks with an immediate check after each.

Library           robot_cherrypy    wait_after_clicks=${WAIT}
Library           ${SELENIUM_LIBRARY}    run_on_failure=NOTHING    AS    ${NAME}
Library           clicks.py

Suite Setup       Open Counter
Suite Teardown    Close All Browsers


*** Variables ***
${SERVER}              threaded
${WAIT}                True
${CLICKS}              500
${SELENIUM_LIBRARY}    SeleniumLibrary
${NAME}                SeleniumLibrary


*** Test Cases ***
Each Click Is Seen At Once
    Click And Check    ${CLICKS}


*** Keywords ***
Open Counter
    [Documentation]    A page whose form is answered after a random time of up to 50 ms.
    Start Server    sample_app.faulty:Faulty    server=${SERVER}
    Open Headless Browser    /counter/
