*** Settings ***
Documentation    No application can hurt the test run that it is under test in.

Resource         ../resources/servers.resource

Test Teardown    Stop All Servers
Test Timeout     30 seconds


*** Test Cases ***
Start Listener Raises
    Start Should Fail
    ...    sample_app.misbehaving:StartListenerRaises
    ...    Server 'bad' did not start: The start listener StartListenerRaises.connect raised RuntimeError: cannot connect
    ...    alias=bad
    Server Can Be Started

Stop Listener Raises
    ${url}    Start    misbehaving:StopListenerRaises    alias=bad
    Run Keyword And Expect Error
    ...    EQUALS:Server 'bad' stopped with an error: The stop listener StopListenerRaises.flush raised RuntimeError: cannot flush
    ...    Stop Server
    Ask In Vain    ${url}
    Server Can Be Started

Stop Listeners Of Several Servers Raise
    ${first}    Start    misbehaving:StopListenerRaises    alias=first
    ${second}    Start    misbehaving:StopListenerRaises    alias=second
    Run Keyword And Expect Error
    ...    EQUALS:Server 'second' stopped with an error: The stop listener StopListenerRaises.flush raised RuntimeError: cannot flush
    ...    Stop All Servers
    Ask In Vain    ${first}
    Ask In Vain    ${second}

Page Handler Exits
    ${url}    Start    misbehaving:Quitting    alias=quitting
    Ask In Vain    ${url}/sys_exit
    Server Should Have Ended    quitting    GET /sys_exit raised SystemExit: no more
    Server Can Be Started

Page Handler Exits The Engine
    ${url}    Start    misbehaving:Quitting    alias=quitting
    Page Should Be    ${url}/engine_exit    Good bye
    Server Should Have Ended    quitting    the application called cherrypy.engine.exit()
    Server Can Be Started

Page Handler Restarts The Program
    ${url}    Start    misbehaving:Quitting    alias=quitting
    Page Should Be    ${url}/engine_restart    See you
    Server Should Have Ended    quitting    the application called cherrypy.engine.restart()
    Server Can Be Started

One Server Ends And The Other Goes On
    ${good}    Start    plain:Pages
    ${bad}    Start    misbehaving:Quitting    alias=quitting
    Page Should Be    ${bad}/engine_exit    Good bye
    Server Should Have Ended    quitting    the application called cherrypy.engine.exit()
    Page Should Be    ${good}    Mounted at /

Page Handler Still Sleeps
    ${url}    Start    misbehaving:Restless
    Ask In Background    ${url}/sleep
    Stop Should Be Quick
    Server Can Be Started

Page Handler Still Spins
    ${url}    Start    misbehaving:Restless
    Ask In Background    ${url}/spin
    Stop Should Be Quick
    Server Can Be Started

Page Handler Streams Without End
    ${url}    Start    misbehaving:Restless
    Ask In Background    ${url}/stream
    Stop Should Be Quick
    Server Can Be Started

Coroutine Still Sleeps
    ${url}    Start Server    sample_app.misbehaving:Coroutines    server=async
    Ask In Background    ${url}/sleep
    Stop Should Be Quick
    Server Can Be Started

File Of The Application Is Touched
    ${url}    Start    misbehaving:Restless    config=${CURDIR}/reloading.conf
    Touch File    ${EXECDIR}/sample_app/misbehaving.py
    Page Should Be    ${url}/sleep?seconds=1.5    Slept well
    Server Should Be Running


*** Keywords ***
Stop Should Be Quick
    [Documentation]    A page handler of thirty seconds does not hold up stopping.
    [Timeout]    5 seconds
    Stop Server

Server Can Be Started
    [Documentation]    Nothing of what went before is in the way.
    ${url}    Start    plain:Pages    alias=next
    Page Should Be    ${url}    Mounted at /
    Stop Server    next
