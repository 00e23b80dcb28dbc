*** Settings ***
Documentation     A form is sent to a method, which redirects.

Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Books
Suite Teardown    Close Books


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Book Is Added
    Add Book    Middlemarch    George Eliot
    Server Should Have Received    POST    /add

Markup Is Text
    Add Book    <b>Bold</b>    Nobody
    Page Should Not Contain Element    css:ul b

Link Does Not Add
    Go To Page    /add?title=x&author=y
    Page Should Contain    405
    Go To Page    /


*** Keywords ***
Open Books
    [Documentation]    Starts the application and opens its front page.
    Start Server    tut03_forms:Books    server=${SERVER}
    Open Headless Browser

Close Books
    [Documentation]    Closes the browser and stops the server.
    Close All Browsers
    Stop Server

Add Book
    [Documentation]    Fills in the form and sends it; the list then has the book.
    [Arguments]    ${title}    ${author}
    Input Text    title    ${title}
    Input Text    author    ${author}
    Click Button    Add
    Element Should Contain    css:ul    ${title}
