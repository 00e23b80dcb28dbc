*** Settings ***
Documentation     Keywords about WebSockets fail with messages that show what did arrive.

Resource          ../resources/sockets.resource

Suite Setup       Start Sockets
Suite Teardown    Stop Server


*** Test Cases ***
No Connection
    [Template]    Run Keyword And Expect Error
    EQUALS:There is no WebSocket: use 'Connect WebSocket' first.    Send WebSocket Message    x
    EQUALS:There is no WebSocket: use 'Connect WebSocket' first.    Receive WebSocket Message
    EQUALS:There is no WebSocket 'other'. There are: none.    Close WebSocket    alias=other
    EQUALS:There is no WebSocket: use 'Connect WebSocket' first.    Switch WebSocket    other

Handshake Is Refused
    ${url}    Get Server Url
    VAR    ${socket}    ${url.replace('http', 'ws', 1)}
    Run Keyword And Expect Error
    ...    EQUALS:${socket}/members gives no WebSocket: server rejected WebSocket connection: HTTP 403.
    ...    Connect WebSocket    /members

Page Of Another Site Is Refused
    ${url}    Get Server Url
    VAR    ${socket}    ${url.replace('http', 'ws', 1)}
    Run Keyword And Expect Error
    ...    EQUALS:${socket}/echo gives no WebSocket: server rejected WebSocket connection: HTTP 403.
    ...    Connect WebSocket    /echo    origin=http://evil.example

Alias Is Taken
    Connect To Echo
    Run Keyword And Expect Error
    ...    EQUALS:A WebSocket with alias 'echo' is there: close it or choose another alias.
    ...    Connect WebSocket    /count    alias=echo
    [Teardown]    Close WebSocket

Nothing Arrives
    Connect To Echo
    Run Keyword And Expect Error
    ...    EQUALS:WebSocket 'echo' received no message within 0.1 s. Nothing had arrived before.
    ...    Receive WebSocket Message    timeout=0.1 seconds
    [Teardown]    Close WebSocket

Fewer Messages Arrive
    Connect WebSocket    /count?upto=2    alias=count
    Run Keyword And Expect Error
    ...    EQUALS:WebSocket 'count' received no message: it was closed with code 1000. Before, 2 had arrived: '1', '2'.
    ...    WebSocket Should Receive    1    2    3
    [Teardown]    Close WebSocket

Another Message Arrives
    Connect WebSocket    /count    alias=count
    Run Keyword And Expect Error
    ...    EQUALS:WebSocket 'count' should have received '7', but it received '2'. Before, 1 had arrived: '1'.
    ...    WebSocket Should Receive    1    7
    [Teardown]    Close WebSocket

Message Is No JSON
    Connect To Echo
    Send WebSocket Message    {oops
    Run Keyword And Expect Error
    ...    STARTS:WebSocket 'echo' received '{oops', which is no JSON: Expecting property name
    ...    Receive WebSocket Message    format=json
    [Teardown]    Close WebSocket

Closed Connection Cannot Send
    Connect WebSocket    /count?upto=1    alias=count
    WebSocket Should Be Closed
    Run Keyword And Expect Error
    ...    EQUALS:WebSocket 'count' cannot send 'x': it was closed with code 1000. Before, 1 had arrived: '1'.
    ...    Send WebSocket Message    x
    [Teardown]    Close WebSocket

Connection Is Not Closed
    Connect To Echo
    Run Keyword And Expect Error
    ...    EQUALS:WebSocket 'echo' should be closed with code 1001, but it is still open after 0.1 s. Nothing had arrived before.
    ...    WebSocket Should Be Closed
    ...    code=1001
    ...    timeout=0.1 seconds
    [Teardown]    Close WebSocket

Connection Is Not Closed But Busy
    Connect WebSocket    /count?upto=1000000000000    alias=endless
    Run Keyword And Expect Error
    ...    STARTS:WebSocket 'endless' should be closed, but it is still open after 0.1 s. Before,
    ...    WebSocket Should Be Closed
    ...    timeout=0.1 seconds
    [Teardown]    Close WebSocket

Connection Is Closed Otherwise
    Connect WebSocket    /close?code=3001&reason=enough    alias=short
    Run Keyword And Expect Error
    ...    EQUALS:WebSocket 'short' should be closed with code 1000, but it was closed with code 3001 'enough'. Nothing had arrived before.
    ...    WebSocket Should Be Closed
    ...    code=1000
    [Teardown]    Close WebSocket

Code Must Not Be Sent
    Connect To Echo
    Run Keyword And Expect Error
    ...    EQUALS:1006 is no code to close a WebSocket with (RFC 6455, 7.4).
    ...    Close WebSocket    code=1006
    [Teardown]    Close WebSocket

Server That Stops Says So
    Start Server    sample_app.sockets:Sockets    server=${SERVER}    alias=second
    Connect To Echo    alias=last
    Stop Server    second
    WebSocket Should Be Closed    code=1001    alias=last
    [Teardown]    Close WebSocket    alias=last

Error Of The Page Is Seen
    Expect Server Error    RuntimeError: out of order
    Connect WebSocket    /broken    alias=broken
    Send WebSocket Message    go
    WebSocket Should Be Closed    code=1011
    [Teardown]    Close WebSocket    alias=broken
