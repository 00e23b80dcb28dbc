*** Settings ***
Documentation    An application under test cannot harm the test run, whatever it does.

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
    Request Should Break Off    ${url}
    Server Can Be Started

Stop Listeners Of Several Servers Raise
    ${first}    Start    misbehaving:StopListenerRaises    alias=first
    ${second}    Start    misbehaving:StopListenerRaises    alias=second
    VAR    ${raised}
    ...    stopped with an error: The stop listener StopListenerRaises.flush raised RuntimeError: cannot flush
    Run Keyword And Expect Error    EQUALS:Server 'second' ${raised}\nServer 'first' ${raised}
    ...    Stop All Servers
    Request Should Break Off    ${first}
    Request Should Break Off    ${second}

Page Handler Exits
    ${url}    Start    misbehaving:Quitting    alias=quitting
    Request Should Break Off    ${url}/sys_exit
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

One Server Ends And The Other Keeps Running
    ${good}    Start    kinds:Pages
    ${bad}    Start    misbehaving:Quitting    alias=quitting
    Page Should Be    ${bad}/engine_exit    Good bye
    Server Should Have Ended    quitting    the application called cherrypy.engine.exit()
    Page Should Be    ${good}    Mounted at /

Page Handler Still Sleeps
    ${url}    Start    misbehaving:Restless
    Request In Background    ${url}/sleep
    Stop Should Be Quick
    Server Can Be Started

Page Handler Still Spins
    ${url}    Start    misbehaving:Restless
    Request In Background    ${url}/spin
    Stop Should Be Quick
    Server Can Be Started

Page Handler Streams Without End
    ${url}    Start    misbehaving:Restless
    Request In Background    ${url}/stream
    Stop Should Be Quick
    Server Can Be Started

Coroutine Still Sleeps
    ${url}    Start Server    sample_app.misbehaving:Coroutines    server=async
    Request In Background    ${url}/sleep
    Stop Should Be Quick
    Server Can Be Started

File Of The Application Is Touched
    ${url}    Start    misbehaving:Restless    config=${CURDIR}/reloading.conf
    Touch File    ${EXECDIR}/sample_app/misbehaving.py
    Page Should Be    ${url}/sleep?seconds=1.5    Slept well
    Server Should Be Running


*** Keywords ***
Stop Should Be Quick
    [Documentation]    A page handler that takes thirty seconds does not delay the stop.
    [Timeout]    5 seconds
    Stop Server

Server Can Be Started
    [Documentation]    Nothing that is left of the other server prevents it.
    ${url}    Start    kinds:Pages    alias=next
    Page Should Be    ${url}    Mounted at /
    Stop Server    next
