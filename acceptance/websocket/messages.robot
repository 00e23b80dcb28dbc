*** Settings ***
Documentation     Tests talk to WebSocket pages without a browser.

Resource          ../resources/sockets.resource

Suite Setup       Start Sockets
Suite Teardown    Stop Server
Test Setup        Connect To Echo
Test Teardown     Close WebSocket    alias=echo


*** Test Cases ***
Text Comes Back
    Message Should Come Back    Grüße, 世界 👋

Empty Text Comes Back
    Message Should Come Back    ${EMPTY}

Long Text Comes Back
    VAR    ${long}    ${{'x' * 1000000}}
    Message Should Come Back    ${long}

Bytes Come Back
    VAR    ${bytes}    ${{b'\x00\xff'}}
    Message Should Come Back    ${bytes}

JSON Comes Back
    VAR    &{event}    say=Hello    times=${2}
    Send WebSocket Message    ${event}
    ${received}    Receive WebSocket Message    format=json
    Should Be Equal    ${received}    ${event}

Several Messages Come In Order
    Connect WebSocket    /count?upto=4    alias=count
    WebSocket Should Receive    1    2    3    4
    WebSocket Should Be Closed    code=1000
    [Teardown]    Run Keywords    Close WebSocket    alias=count    AND    Close WebSocket    alias=echo

Closing Does Not Wait For Messages That Nobody Received
    [Timeout]    5 seconds
    Connect WebSocket    /count?upto=100    alias=count
    Close WebSocket    alias=count
    [Teardown]    Close WebSocket    alias=echo

Subprotocol Is Agreed On
    ${subprotocol}    Connect To Echo    alias=loud    subprotocols=${{['singing', 'shouting']}}
    Should Be Equal    ${subprotocol}    shouting
    Send WebSocket Message    hush
    WebSocket Should Receive    HUSH
    [Teardown]    Run Keywords    Close WebSocket    alias=loud    AND    Close WebSocket    alias=echo

Several Connections Are Told Apart
    Connect To Echo    alias=other
    Send WebSocket Message    to the other
    Send WebSocket Message    to the first    alias=echo
    WebSocket Should Receive    to the other
    ${previous}    Switch WebSocket    echo
    Should Be Equal    ${previous}    other
    WebSocket Should Receive    to the first
    [Teardown]    Run Keywords    Close WebSocket    alias=other    AND    Close WebSocket    alias=echo

Headers Go With The Handshake
    Connect WebSocket    /members    alias=members    headers=${{{'Pass': 'sesame'}}}
    WebSocket Should Receive    Welcome
    [Teardown]    Run Keywords    Close WebSocket    alias=members    AND    Close WebSocket    alias=echo

Code And Reason Of The Server Are Seen
    Connect WebSocket    /close?code=3001&reason=enough    alias=short
    WebSocket Should Be Closed    code=3001    reason=enough
    [Teardown]    Run Keywords    Close WebSocket    alias=short    AND    Close WebSocket    alias=echo
