*** Settings ***
Documentation     Entries outlive the process.

Library           OperatingSystem
Resource          book.resource

Suite Setup       Open Book
Suite Teardown    Close Book


*** Variables ***
${FILE}    ${OUTPUT_DIR}/book.db


*** Test Cases ***
Entry Is There After A Restart
    Write Entry    It was a lovely day.
    Restart Server
    Entry Should Be There    It was a lovely day.

Entry Is There After A Crash
    Write Entry    Until the last moment.
    Kill Server    book
    Restart Server
    Entry Should Be There    Until the last moment.


*** Keywords ***
Open Book
    [Documentation]    Starts the program in a process of its own, with an empty book.
    Remove File    ${FILE}
    VAR    &{env}    BOOK=${FILE}
    Start Server    book2:application    server=${SERVER}    isolation=process    alias=book    env=${env}
    Open Headless Browser

Close Book
    [Documentation]    Closes the browser, stops the server and removes the file.
    Close All Browsers
    Stop All Servers
    Remove File    ${FILE}
