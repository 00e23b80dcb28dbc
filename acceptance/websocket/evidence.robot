*** Settings ***
Documentation     A failed test shows the messages of its WebSockets on the timeline.

Library           ../resources/inner_runs.py

Suite Setup       Run Inner Suite    evidence/websockets.robot    --variable    SERVER:${SERVER}
Suite Teardown    Delete Inner Reports


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Messages Of Keywords Are On The Timeline
    Inner Test Should Show
    ...    Fail After Frames
    ...    >WebSocket &#x27;Grace&#x27; →
    ...    {&quot;say&quot;: &quot;Relay 70&quot;

Messages Of The Page Are On The Timeline
    Inner Test Should Show    Fail After Frames    WebSocket of the page ←    &quot;text&quot;: &quot;Relay 70&quot;

Handshakes Are On The Timeline
    Inner Test Should Show
    ...    Fail After Frames
    ...    /talk?room=lobby&amp;name=Grace</span>
    ...    <span class='status '>101</span>
