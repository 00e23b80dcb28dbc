*** Settings ***
Documentation    Several servers and applications run side by side.

Resource         ../resources/servers.resource

Test Teardown    Stop All Servers


*** Test Cases ***
Server Started Last Is The Current One
    Start    kinds:Pages    alias=first
    ${second}    Start    kinds:Counter    alias=second
    ${current}    Get Server Url
    Should Be Equal    ${current}    ${second}

Current Server Can Be Switched
    ${first}    Start    kinds:Pages    alias=first
    Start    kinds:Counter    alias=second
    ${previous}    Switch Server    first
    Should Be Equal    ${previous}    second
    ${current}    Get Server Url
    Should Be Equal    ${current}    ${first}

Url Of Each Server Can Be Read
    ${first}    Start    kinds:Pages    alias=first
    Start    kinds:Counter    alias=second
    ${url}    Get Server Url    first
    Should Be Equal    ${url}    ${first}

Newest Of The Remaining Servers Is The Current One
    ${first}    Start    kinds:Pages    alias=first
    Start    kinds:Counter    alias=second
    Stop Server
    ${current}    Get Server Url
    Should Be Equal    ${current}    ${first}

Each Server Of One Application Has Its Own State
    ${first}    Start    kinds:Counter
    ${second}    Start    kinds:Counter
    Page Should Be    ${first}    Visit 1
    Page Should Be    ${first}    Visit 2
    Page Should Be    ${second}    Visit 1

Both Kinds Of Server Run At Once
    ${threaded}    Start Server    sample_app.kinds:Counter    server=threaded
    ${async}    Start Server    sample_app.kinds:Counter    server=async
    Page Should Be    ${threaded}    Visit 1
    Page Should Be    ${async}    Visit 1
    Stop Server
    Page Should Be    ${threaded}    Visit 2

Application Can Be Mounted While The Server Runs
    ${url}    Start    kinds:Pages
    Mount Application    sample_app.kinds:Counter    /counter
    Page Should Be    ${url}/counter    Visit 1
    Unmount Application    /counter
    Status Should Be    ${url}/counter    404
    Page Should Be    ${url}    Mounted at /
