*** Settings ***
Documentation     Readers see at once what others add.

Library           OperatingSystem
Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Books
Suite Teardown    Close Books


*** Variables ***
${SERVER}    threaded
${FILE}      ${OUTPUT_DIR}/books.db


*** Test Cases ***
Reader Sees The Book Of Another
    Open Headless Browser    alias=reader
    Enter As    Grace
    Wait Until Page Contains Element    css:h1[title=connected]
    Switch Browser    writer
    Add Book    Middlemarch    George Eliot
    Switch Browser    reader
    Wait Until Element Contains    css:ul    Middlemarch

Message Comes Without A Browser
    Connect WebSocket    /news
    Switch Browser    writer
    Add Book    Ulysses    James Joyce
    WebSocket Should Receive    Ulysses


*** Keywords ***
Open Books
    [Documentation]    Starts the application with an empty shelf and opens its front page.
    Set Environment Variable    BOOKS    ${FILE}
    Remove File    ${FILE}
    Start Server    tut09_websocket:application    server=${SERVER}
    Open Headless Browser    alias=writer
    Enter As    Ada

Close Books
    [Documentation]    Closes the browser and stops the server.
    Close All Browsers
    Stop Server
    Remove File    ${FILE}
    Remove Environment Variable    BOOKS

Enter As
    [Documentation]    Tells the application a name, which the session keeps.
    [Arguments]    ${name}
    Input Text    name    ${name}
    Click Button    Enter
    Page Should Contain    Hello, ${name}!

Add Book
    [Documentation]    Fills in the form and sends it; the list then has the book.
    [Arguments]    ${title}    ${author}
    Input Text    title    ${title}
    Input Text    author    ${author}
    Click Button    Add
    Element Should Contain    css:ul    ${title}
