*** Settings ***
Documentation    Servers start and stop inside the test run.

Resource         ../resources/servers.resource

Test Teardown    Stop All Servers


*** Test Cases ***
Server Answers As Soon As It Is Started
    ${url}    Start    plain:Pages
    Should Match Regexp    ${url}    ^http://127\\.0\\.0\\.1:\\d+$
    Page Should Be    ${url}    Mounted at /

Server Does Not Answer Once It Is Stopped
    ${url}    Start    plain:Pages
    Stop Server
    Ask In Vain    ${url}

Server Starts Where It Is Mounted
    ${url}    Start    plain:Pages    mount=/shop
    Page Should Be    ${url}/shop    Mounted at /shop
    Status Should Be    ${url}/    404

Server Starts On A Given Port
    ${first}    Start    plain:Pages
    Stop Server
    VAR    ${port}    ${first.rpartition(':')[2]}
    ${second}    Start    plain:Pages    port=${port}
    Should Be Equal    ${second}    ${first}
    Page Should Be    ${second}    Mounted at /

Server Starts On A Given Host
    ${url}    Start    plain:Pages    host=localhost
    Should Start With    ${url}    http://localhost:
    Page Should Be    ${url}    Mounted at /

Restart Makes The Application Anew On The Same Port
    ${url}    Start    plain:Counter
    Page Should Be    ${url}    Visit 1
    Page Should Be    ${url}    Visit 2
    ${again}    Restart Server
    Should Be Equal    ${again}    ${url}
    Page Should Be    ${url}    Visit 1

Running Server Is Known To Run
    Start    plain:Pages    alias=shop
    Server Should Be Running
    Server Should Be Running    shop

Stopped Server Is Known Not To Run
    Server Should Not Be Running
    Start    plain:Pages    alias=shop
    Stop Server
    Server Should Not Be Running    shop

Stop All Servers Passes Without A Server
    Stop All Servers

Configuration Is A Dictionary
    VAR    &{config}    tools.gzip.on=True    tools.sessions.timeout=90    greeting=hello
    ${url}    Start    plain:Pages    config=${config}
    ${seen}    Get Json    ${url}/config
    Should Be Equal    ${seen}[tools.gzip.on]    True
    Should Be Equal    ${seen}[tools.sessions.timeout]    90
    Should Be Equal    ${seen}[greeting]    'hello'

Configuration Holds A Secret
    VAR    ${secret: Secret}    %{PATH}
    VAR    &{config}    greeting=${secret}
    ${url}    Start    plain:Pages    config=${config}
    ${seen}    Get Json    ${url}/config
    Should Be Equal    ${seen}[greeting]    '%{PATH}'

Configuration Is A File
    ${url}    Start    plain:Pages    config=${CURDIR}/pages.conf
    ${seen}    Get Json    ${url}/config
    Should Be Equal    ${seen}[tools.gzip.on]    True
    Should Be Equal    ${seen}[greeting]    'from a file'


*** Keywords ***
Should Start With
    [Documentation]    Compares the beginning of a text.
    [Arguments]    ${text}    ${beginning}
    Should Match    ${text}    ${beginning}*
