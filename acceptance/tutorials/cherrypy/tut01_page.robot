*** Settings ***
Documentation     A page is a method.

Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Books
Suite Teardown    Close Books


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Page Is There
    Title Should Be    Books
    Page Should Contain    A shelf for everybody.


*** Keywords ***
Open Books
    [Documentation]    Starts the application and opens its front page.
    Start Server    tut01_page:Books    server=${SERVER}
    Open Headless Browser

Close Books
    [Documentation]    Closes the browser and stops the server.
    Close All Browsers
    Stop Server
