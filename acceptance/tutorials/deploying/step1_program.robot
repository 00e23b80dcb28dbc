*** Settings ***
Documentation     The guest book shows what was written.

Resource          book.resource

Suite Setup       Open Book
Suite Teardown    Close All Browsers
Test Setup        Go To Page    /


*** Test Cases ***
Entry Is Shown
    Write Entry    It was a lovely day.

Markup Is Only Text
    Write Entry    <h1>Big</h1>


*** Keywords ***
Open Book
    [Documentation]    Starts the program and opens its page.
    Start Server    book1:application    server=${SERVER}
    Open Headless Browser
