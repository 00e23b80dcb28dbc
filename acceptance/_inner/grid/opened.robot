*** Settings ***
Documentation    A test with one browser, of a Grid if there is one.

Library          OperatingSystem
Library          SeleniumLibrary    run_on_failure=NOTHING
Library          robot_cherrypy


*** Test Cases ***
Browser Opens
    Open Headless Browser    about:blank
    Location Should Be    about:blank

Browser Ends During The Test
    [Documentation]    Says when its browser is open. In the first run, somebody has the node end.
    Open Headless Browser    about:blank
    ${attempt}    Count Files In Directory    ${EXECDIR}    opened-*
    Create File    ${EXECDIR}/opened-${attempt}
    IF    not ${attempt}    Wait For The End Of The Browser
    Location Should Be    about:blank


*** Keywords ***
Wait For The End Of The Browser
    [Documentation]    The next keyword that uses the browser fails.
    Wait Until Created    ${EXECDIR}/ended    timeout=2 min
