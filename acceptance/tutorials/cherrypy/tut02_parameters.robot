*** Settings ***
Documentation     Parts of the URL are arguments of the method.

Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Books
Suite Teardown    Close Books


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Query Is An Argument
    Go To Page    /?author=Austen
    Page Should Contain    Emma
    Page Should Not Contain    Dracula

Path Is An Argument
    Go To Page    /
    Click Link    Dracula
    Page Should Contain    by Bram Stoker

Book That Is Not There Is Not Found
    Go To Page    /book/7
    Page Should Contain    There is no such book.
    Server Should Have Received    GET    /book/7


*** Keywords ***
Open Books
    [Documentation]    Starts the application and opens its front page.
    Start Server    tut02_parameters:Books    server=${SERVER}
    Open Headless Browser

Close Books
    [Documentation]    Closes the browser and stops the server.
    Close All Browsers
    Stop Server
