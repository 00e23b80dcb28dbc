*** Settings ***
Documentation     Books are in a database, and there after a restart.

Library           OperatingSystem
Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Books
Suite Teardown    Close Books
Test Setup        Go To Page    /


*** Variables ***
${SERVER}    threaded
${FILE}      ${OUTPUT_DIR}/books.db


*** Test Cases ***
Book Is Kept Over A Restart
    Add Book    Middlemarch    George Eliot
    Restart Server
    Go To Page    /
    Enter As    Ada
    Element Should Contain    css:ul    Middlemarch

Query Finds What Is In The File
    Add Book    Emma    Jane Austen
    ${rows}    Query Database    sqlite:///${FILE}    SELECT author FROM books WHERE title = 'Emma'
    Should Be Equal    ${rows}[0][0]    Jane Austen

Quotation Marks Do No Harm
    Add Book    '); DROP TABLE books; --    O'Brien
    Go To Page    /?author=O'Brien
    Element Should Contain    css:ul    DROP TABLE


*** Keywords ***
Open Books
    [Documentation]    Starts the application with an empty shelf and opens its front page.
    Set Environment Variable    BOOKS    ${FILE}
    Remove File    ${FILE}
    Start Server    tut07_database:application    server=${SERVER}
    Open Headless Browser
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
