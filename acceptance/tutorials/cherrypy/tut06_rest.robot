*** Settings ***
Documentation     Programs read and write the same books as JSON.

Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Books
Suite Teardown    Close Books


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Program Adds A Book
    VAR    &{book}    title=Middlemarch    author=George Eliot
    ${response}    Evaluate    requests.post($API, json=$book, timeout=10)
    Should Be Equal As Integers    ${response.status_code}    201
    Page Should Show    Middlemarch

Program Reads All Books
    ${books}    Evaluate    requests.get($API, timeout=10).json()
    Should Be Equal    ${books}[0]    ${{ {"title": "Emma", "author": "Jane Austen"} }}

Other Methods Are Refused
    ${response}    Evaluate    requests.delete($API, timeout=10)
    Should Be Equal As Integers    ${response.status_code}    405


*** Keywords ***
Open Books
    [Documentation]    Starts the application and opens its front page.
    ${url}    Start Server    tut06_rest:application    server=${SERVER}
    VAR    ${API}    ${url}/api    scope=SUITE
    Open Headless Browser

Close Books
    [Documentation]    Closes the browser and stops the server.
    Close All Browsers
    Stop Server

Page Should Show
    [Documentation]    The front page has the book as well.
    [Arguments]    ${title}
    Go To Page    /
    Input Text    name    Ada
    Click Button    Enter
    Page Should Contain    Hello, Ada!
    Element Should Contain    css:ul    ${title}
