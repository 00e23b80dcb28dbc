*** Settings ***
Documentation    A visitor's other pages do not wait for one that takes long.

Library          robot_cherrypy
Library          SeleniumLibrary    run_on_failure=NOTHING

Suite Setup      Start Server    session_lock_app:Reports    server=${SERVER}


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Visitor Goes On While A Report Is Made
    Open Headless Browser
    Execute Javascript    fetch('/report').then(() => document.title = 'Here it is')
    ${text}    Execute Javascript    return fetch('/').then(page => page.text())
    Should Be Equal    ${text}    Visit 2
    Execute Javascript    return fetch('/finish')
    Wait Until Keyword Succeeds    30 seconds    100 ms    Title Should Be    Here it is
