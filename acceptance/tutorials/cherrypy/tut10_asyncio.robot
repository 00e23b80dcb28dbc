*** Settings ***
Documentation     Coroutines wait for several things at once, beside pages that are as before.

Library           OperatingSystem
Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Books
Suite Teardown    Close Books


*** Variables ***
${FILE}    ${OUTPUT_DIR}/books.db


*** Test Cases ***
Shops Are Asked At The Same Time
    Go To Page    /prices?title=Emma
    Page Should Contain    North: 4 euros
    Page Should Contain    West: 4 euros

Other Pages Are As Before
    Go To Page    /
    Add Book    Middlemarch    George Eliot


*** Keywords ***
Open Books
    [Documentation]    Starts the application with an empty shelf and opens its front page.
    Set Environment Variable    BOOKS    ${FILE}
    Remove File    ${FILE}
    Start Server    tut10_asyncio:application    server=async
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
