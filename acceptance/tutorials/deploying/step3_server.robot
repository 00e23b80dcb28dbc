*** Settings ***
Documentation    The command for production tells whether it is ready, and ends when it is told to.

Library          OperatingSystem
Library          Process
Library          String
Resource         book.resource

Test Setup       Serve Book
Test Teardown    Clean Up


*** Variables ***
${FILE}    ${OUTPUT_DIR}/served.db
${LOG}     ${OUTPUT_DIR}/served.log


*** Test Cases ***
Book Is Served
    Open Headless Browser
    Write Entry    It was a lovely day.

Health Page Is There
    Open Headless Browser    /-/health

Command Ends When It Is Told To
    Send Signal To Process    SIGTERM    book
    ${ended}    Wait For Process    book    timeout=30 seconds
    Should Be Equal As Integers    ${ended.rc}    0


*** Keywords ***
Serve Book
    [Documentation]    Runs the command on a free port, and waits until it has printed its address.
    Start Process    robot-cherrypy    serve    book2:application    --server    ${SERVER}
    ...    --environment    production    --health    /-/health    --port    0
    ...    alias=book    cwd=${CURDIR}    env:BOOK=${FILE}    stdout=${LOG}    stderr=STDOUT
    ${url}    Wait Until Keyword Succeeds    30 seconds    100 ms    Get Printed Address
    Use Server    ${url}

Get Printed Address
    [Documentation]    Reads the address from what the command has printed.
    ${printed}    Get File    ${LOG}
    ${found}    Get Regexp Matches    ${printed}    Serving on (http://\\S+)    1
    RETURN    ${found}[0]

Clean Up
    [Documentation]    Closes the browser, ends the command and removes its files.
    Close All Browsers
    Terminate Process    book
    Remove Files    ${FILE}    ${LOG}
