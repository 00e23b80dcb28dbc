*** Settings ***
Documentation     Files are served as they are.

Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Open Books
Suite Teardown    Close Books


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Style Is Used
    ${colour}    Execute Javascript    return getComputedStyle(document.querySelector('h1')).color
    Should Be Equal    ${colour}    rgb(128, 0, 64)

File Has Its Type
    ${url}    Get Server Url
    ${file}    Evaluate    requests.get($url + '/static/books.css', timeout=10)
    Should Start With    ${file.headers}[Content-Type]    text/css


*** Keywords ***
Open Books
    [Documentation]    Starts the application and opens its front page.
    Start Server    tut05_static:application    server=${SERVER}
    Open Headless Browser

Close Books
    [Documentation]    Closes the browser and stops the server.
    Close All Browsers
    Stop Server
