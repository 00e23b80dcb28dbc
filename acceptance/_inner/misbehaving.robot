*** Settings ***
Documentation    Tests that fail because of their application, one after the other in one process.

Library          robot_cherrypy    server=${SERVER}    timeout=10 seconds


*** Test Cases ***
Start Listener Raises
    Start Server    sample_app.misbehaving:StartListenerRaises    alias=bad

Stop Listener Raises
    Start Server    sample_app.misbehaving:StopListenerRaises    alias=bad
    Stop Server

Child Cannot Start
    Start Server    sample_app.refusing:Refusing    alias=bad    isolation=process

Attribute Does Not Exist
    Start Server    sample_app.echo:Ecko

Good Application
    Start Server    sample_app.kinds:Pages
    Open Headless Browser
    Server Should Be Running

Left Open
    Server Should Be Running
