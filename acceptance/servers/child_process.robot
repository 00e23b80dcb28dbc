*** Settings ***
Documentation    A server in a child process is used in the same way as one on a thread.

Resource         ../resources/servers.resource

Test Teardown    Stop All Servers


*** Test Cases ***
Child Process Serves Pages
    ${url}    Start    kinds:Pages    isolation=process
    Page Should Be    ${url}    Mounted at /
    Server Should Be Running

Child Process Is Mounted And Configured
    VAR    &{config}    tools.gzip.on=True    greeting=hello
    ${url}    Start    kinds:Pages    isolation=process    mount=/shop    config=${config}
    ${seen}    Get Json    ${url}/shop/config
    Should Be Equal    ${seen}[greeting]    'hello'

Child Process Restarts On The Same Port
    ${url}    Start    kinds:Counter    isolation=process
    Page Should Be    ${url}    Visit 1
    ${again}    Restart Server
    Should Be Equal    ${again}    ${url}
    Page Should Be    ${url}    Visit 1

Child Process Has Ended When Stopped
    ${url}    Start    kinds:Pages    isolation=process
    Stop Server
    Request Should Break Off    ${url}
    Server Should Not Be Running

Child Process That Cannot Start Says Why
    Start Should Fail
    ...    sample_app.kinds:Paegs
    ...    Server 'sample_app.kinds:Paegs' did not start: Module 'sample_app.kinds' has no attribute 'Paegs'. Did you mean 'Pages'?
    ...    isolation=process

Child Process Says That Its Port Is Taken
    ${url}    Start    kinds:Pages
    VAR    ${port}    ${url.rpartition(':')[2]}
    Run Keyword And Expect Error
    ...    EQUALS:Server 'other' did not start: 127.0.0.1:${port} cannot be bound: Address already in use. Server 'sample_app.kinds:Pages' of this run listens there.
    ...    Start
    ...    kinds:Pages
    ...    alias=other
    ...    port=${port}
    ...    isolation=process
    Page Should Be    ${url}    Mounted at /

Page Handler Ends Only The Child Process
    ${url}    Start    misbehaving:Quitting    alias=quitting    isolation=process
    Request Should Break Off    ${url}/sys_exit
    Server Should Have Ended    quitting    GET /sys_exit raised SystemExit: no more

Mounting Needs The Same Process
    Start    kinds:Pages    alias=child    isolation=process
    Run Keyword And Expect Error
    ...    EQUALS:Server 'child' runs in another process: 'Mount Application' needs isolation=thread.
    ...    Mount Application    sample_app.kinds:Counter    /counter
    Run Keyword And Expect Error
    ...    EQUALS:Server 'child' runs in another process: 'Unmount Application' needs isolation=thread.
    ...    Unmount Application    /counter
