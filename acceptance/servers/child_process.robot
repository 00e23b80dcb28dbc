*** Settings ***
Documentation    A server in a process of its own is used in the same way.

Resource         ../resources/servers.resource

Test Teardown    Stop All Servers


*** Test Cases ***
Child Process Answers
    ${url}    Start    plain:Pages    isolation=process
    Page Should Be    ${url}    Mounted at /
    Server Should Be Running

Child Process Is Mounted And Configured
    VAR    &{config}    tools.gzip.on=True    greeting=hello
    ${url}    Start    plain:Pages    isolation=process    mount=/shop    config=${config}
    ${seen}    Get Json    ${url}/shop/config
    Should Be Equal    ${seen}[greeting]    'hello'

Child Process Restarts On The Same Port
    ${url}    Start    plain:Counter    isolation=process
    Page Should Be    ${url}    Visit 1
    ${again}    Restart Server
    Should Be Equal    ${again}    ${url}
    Page Should Be    ${url}    Visit 1

Child Process Is Gone When Stopped
    ${url}    Start    plain:Pages    isolation=process
    Stop Server
    Ask In Vain    ${url}
    Server Should Not Be Running

Child Process That Cannot Start Says Why
    Start Should Fail
    ...    sample_app.plain:Paegs
    ...    Server 'sample_app.plain:Paegs' did not start: Module 'sample_app.plain' has no attribute 'Paegs'. Did you mean 'Pages'?
    ...    isolation=process

Taken Port Is Told By The Child Process
    ${url}    Start    plain:Pages
    VAR    ${port}    ${url.rpartition(':')[2]}
    Run Keyword And Expect Error
    ...    EQUALS:Server 'other' did not start: 127.0.0.1:${port} cannot be bound: Address already in use.
    ...    Start    plain:Pages    alias=other    port=${port}    isolation=process
    Page Should Be    ${url}    Mounted at /

Page Handler Ends Only The Child Process
    ${url}    Start    misbehaving:Quitting    alias=quitting    isolation=process
    Ask In Vain    ${url}/sys_exit
    Server Should Have Ended    quitting    GET /sys_exit raised SystemExit: no more

Mounting Needs The Same Process
    Start    plain:Pages    alias=child    isolation=process
    Run Keyword And Expect Error
    ...    EQUALS:Server 'child' runs in another process: 'Mount Application' needs isolation=thread.
    ...    Mount Application    sample_app.plain:Counter    /counter
    Run Keyword And Expect Error
    ...    EQUALS:Server 'child' runs in another process: 'Unmount Application' needs isolation=thread.
    ...    Unmount Application    /counter
