*** Settings ***
Documentation     Requests that fail between page and server are repeated, and each note is stored once.

Resource          ../resources/notes.resource

Suite Setup       Open Notes
Suite Teardown    Close Notes
Test Setup        Begin Without Notes
Test Teardown     Clear Faults


*** Test Cases ***
Request To A Busy Server Is Repeated
    Fail Requests    /api/notes    status=503    times=2    method=POST
    Write Note    Shopping    milk
    Stored Note Should Be    ${NOTES_URL}    Shopping    milk

Request Is Repeated After A Dropped Connection
    Drop Connections    /api/notes    times=2    method=POST
    Write Note    Shopping    milk
    Stored Note Should Be    ${NOTES_URL}    Shopping    milk

Lost Response Does Not Double The Note
    Truncate Responses    /api/notes    after=0    times=1    method=POST
    Write Note    Shopping    milk
    Stored Titles Should Be    ${NOTES_URL}    Shopping

Lost Response To A Change Is No Conflict
    Write Note    Shopping    milk
    Truncate Responses    /api/notes/*    after=0    times=1    method=PUT
    Write Note    Shopping    milk, bread
    Element Should Not Be Visible    id:conflict
    Stored Note Should Be    ${NOTES_URL}    Shopping    milk, bread
