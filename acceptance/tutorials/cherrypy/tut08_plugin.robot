*** Settings ***
Documentation     A plugin works in the background while the server runs.

Library           OperatingSystem
Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Books
Suite Teardown    Close Books


*** Variables ***
${SERVER}    threaded
${FILE}      ${OUTPUT_DIR}/books.db


*** Test Cases ***
Words Are Counted In The Background
    Add Book    The Mill on the Floss    George Eliot
    Wait Until Keyword Succeeds    10 seconds    0.1 seconds    Words Should Be    5

Counter Ends With The Server
    Thread Should Run    counter
    Restart Server
    Thread Should Run    counter
    Go To Page    /
    Enter As    Ada


*** Keywords ***
Open Books
    [Documentation]    Starts the application with an empty shelf and opens its front page.
    Set Environment Variable    BOOKS    ${FILE}
    Remove File    ${FILE}
    Start Server    tut08_plugin:application    server=${SERVER}
    Open Headless Browser
    Enter As    Ada

Close Books
    [Documentation]    Closes the browser and stops the server.
    Close All Browsers
    Stop Server
    Remove File    ${FILE}
    Remove Environment Variable    BOOKS

Words Should Be
    [Documentation]    Asks the page how many words were counted.
    [Arguments]    ${number}
    Go To Page    /words
    Page Should Contain    ${number} words
    Go To Page    /

Thread Should Run
    [Documentation]    There is this thread, and once only.
    [Arguments]    ${name}
    ${running}    Evaluate    [thread.name for thread in threading.enumerate()].count($name)
    Should Be Equal As Integers    ${running}    1

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
