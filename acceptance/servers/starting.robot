*** Settings ***
Documentation    Servers are started, restarted and stopped by keywords.

Library          OperatingSystem
Library          ../resources/inner_runs.py
Resource         ../resources/servers.resource

Test Teardown    Stop All Servers


*** Test Cases ***
Server Serves Pages As Soon As It Is Started
    ${url}    Start    kinds:Pages
    Should Match Regexp    ${url}    ^http://127\\.0\\.0\\.1:\\d+$
    Page Should Be    ${url}    Mounted at /

Server Serves No Pages Once It Is Stopped
    ${url}    Start    kinds:Pages
    Stop Server
    Request Should Break Off    ${url}

Application Is Mounted At A Given Path
    ${url}    Start    kinds:Pages    mount=/shop
    Page Should Be    ${url}/shop    Mounted at /shop
    Status Should Be    ${url}/    404

Server Starts On A Given Port
    ${first}    Start    kinds:Pages
    Stop Server
    VAR    ${port}    ${first.rpartition(':')[2]}
    ${second}    Start    kinds:Pages    port=${port}
    Should Be Equal    ${second}    ${first}
    Page Should Be    ${second}    Mounted at /

Server Starts On A Given Host
    ${url}    Start    kinds:Pages    host=localhost
    Should Start With    ${url}    http://localhost:
    Page Should Be    ${url}    Mounted at /

Restart Makes A New Application On The Same Port
    ${url}    Start    kinds:Counter
    Page Should Be    ${url}    Visit 1
    Page Should Be    ${url}    Visit 2
    ${again}    Restart Server
    Should Be Equal    ${again}    ${url}
    Page Should Be    ${url}    Visit 1

Running Server Is Reported As Running
    Start    kinds:Pages    alias=shop
    Server Should Be Running
    Server Should Be Running    shop

Stopped Server Is Reported As Not Running
    Server Should Not Be Running
    Start    kinds:Pages    alias=shop
    Stop Server
    Server Should Not Be Running    shop

Stop All Servers Passes Without A Server
    Stop All Servers

Configuration Is A Dictionary
    VAR    &{config}    tools.gzip.on=True    tools.sessions.timeout=90    greeting=hello
    ${url}    Start    kinds:Pages    config=${config}
    ${seen}    Get Json    ${url}/config
    Should Be Equal    ${seen}[tools.gzip.on]    True
    Should Be Equal    ${seen}[tools.sessions.timeout]    90
    Should Be Equal    ${seen}[greeting]    'hello'

Configuration Holds A Secret
    VAR    ${secret: Secret}    %{PATH}
    VAR    &{config}    greeting=${secret}
    ${url}    Start    kinds:Pages    config=${config}
    ${seen}    Get Json    ${url}/config
    Should Be Equal    ${seen}[greeting]    '%{PATH}'

Tool That Does Not Exist Is Told At The Start
    Run Inner Suite    misspelt_tool.robot    --variable    SERVER:${SERVER}
    Inner Run Should Have    passed=1    failed=0
    Inner Run Should Have Reported
    ...    Server 'sample_app.kinds:Pages': Section [/] of the configuration switches on tools.sessoins.on, and there is no tool 'sessoins'. Did you mean 'sessions'?
    Delete Inner Reports

Configuration Is A File
    ${url}    Start    kinds:Pages    config=${CURDIR}/pages.conf
    ${seen}    Get Json    ${url}/config
    Should Be Equal    ${seen}[tools.gzip.on]    True
    Should Be Equal    ${seen}[greeting]    'from a file'

Server Has Environment Variables
    [Documentation]    They are put back when it has stopped.
    VAR    &{env}    KINDS_MODE=demo    HOME=${None}
    ${url}    Start    kinds:Pages    env=${env}
    Get Should Return    ${url}/process?variable=KINDS_MODE    KINDS_MODE is demo in *
    Get Should Return    ${url}/process?variable=HOME    HOME is None in *
    Run Keyword And Expect Error
    ...    EQUALS:Server 'other' cannot have an environment variable 'KINDS_MODE' of its own, as server 'sample_app.kinds:Pages' runs in the same process with another value: use isolation=process.
    ...    Start
    ...    kinds:Pages
    ...    alias=other
    ...    env=${{ {'KINDS_MODE': 'live'} }}
    Stop Server
    Environment Variable Should Not Be Set    KINDS_MODE
    Environment Variable Should Be Set    HOME

Child Process Has Environment And Folder
    VAR    &{env}    KINDS_MODE=demo
    ${url}    Start    kinds:Pages    isolation=process    env=${env}    cwd=${CURDIR}
    Get Should Return    ${url}/process?variable=KINDS_MODE    KINDS_MODE is demo in servers
    Restart Server
    Get Should Return    ${url}/process?variable=KINDS_MODE    KINDS_MODE is demo in servers
    Environment Variable Should Not Be Set    KINDS_MODE

Folder Of A Server Is Refused
    Start Should Fail    sample_app.kinds:Pages
    ...    The folder '${CURDIR}/nowhere' for the server does not exist.
    ...    cwd=${CURDIR}/nowhere    isolation=process
    Start Should Fail
    ...    sample_app.kinds:Pages
    ...    Server 'sample_app.kinds:Pages' cannot have a current folder of its own, as it runs in the process of the test, which has one: use isolation\=process.
    ...    cwd=${CURDIR}


*** Keywords ***
Get Should Return
    [Documentation]    Compares the text of a page with a pattern.
    [Arguments]    ${url}    ${pattern}
    ${text}    Get Page    ${url}
    Should Match    ${text}    ${pattern}

Should Start With
    [Documentation]    Fails unless a text has this beginning.
    [Arguments]    ${text}    ${beginning}
    Should Match    ${text}    ${beginning}*
