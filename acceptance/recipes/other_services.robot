*** Settings ***
Documentation     The weather service is a second server of the test, so it can also fail.

Library           OperatingSystem
Library           robot_cherrypy
Library           visitor.py

Suite Setup       Start Both
Suite Teardown    Remove Environment Variable    WEATHER_URL


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
It Rains
    Page Should Say    /    Leave the watering can.
    Server Should Have Received    GET    /today

Service Is Out Of Order
    Fail Requests    /today    status=503    alias=weather
    Page Should Say    /    Nobody knows

Service Hangs Up
    Drop Connections    /today    alias=weather
    Page Should Say    /    Nobody knows


*** Keywords ***
Start Both
    [Documentation]    Starts the stand-in, and the application with its address.
    ${url}    Start Server    other_services_app:Weather    server=${SERVER}    alias=weather
    Set Environment Variable    WEATHER_URL    ${url}
    Start Server    other_services_app:Garden    server=${SERVER}
