*** Settings ***
Documentation    Runs after a suite that left everything open.

Library          robot_cherrypy
Library          SeleniumLibrary    run_on_failure=NOTHING


*** Test Cases ***
Nothing Is Open
    Server Should Not Be Running    chat
    Server Should Not Be Running    first
    Server Should Not Be Running    second
    Run Keyword And Expect Error    STARTS:There is no WebSocket    Send WebSocket Message    Hello
    Run Keyword And Expect Error    STARTS:No browser is open    Go To Page    about:blank
