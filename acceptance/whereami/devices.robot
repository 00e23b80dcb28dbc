*** Settings ***
Documentation    The page works on phones and a tablet, in portrait and landscape, and with touch.

Resource         ../resources/whereami.resource

Test Teardown    Put Phone Away
Test Timeout     2 minutes


*** Test Cases ***
Android Phone
    Device Should Show Where It Is    Pixel 7    Android

Apple Phone
    Device Should Show Where It Is    iPhone 14    iPhone

Tablet
    Device Should Show Where It Is    iPad Mini    iPad

Phone Is Turned
    Carry Phone
    Move To    52.52    13.405
    Go To Page    /
    Phone Should Show    52.52000° N    13.40500° E
    Turn Phone
    Wait For Condition    return innerWidth > innerHeight    timeout=${TIMEOUT}
    Page Should Fit
    Element Should Be Visible    id:again

Finger Moves The Map
    Carry Phone
    Move To    52.52    13.405
    Go To Page    /
    Phone Should Say    You are here.
    Drag    id:chart    -80    40
    Wait Until Page Contains Element    css:#follow[aria-pressed=false]    timeout=${TIMEOUT}
    Click Button    id:follow
    Wait Until Page Contains Element    css:#follow[aria-pressed=true]    timeout=${TIMEOUT}

Page Is Accessible
    Carry Phone
    Move To    52.52    13.405
    Go To Page    /
    Phone Should Say    You are here.
    Page Should Be Accessible


*** Keywords ***
Device Should Show Where It Is
    [Documentation]    The browser emulates the device, the page fits on it, and shows a position.
    [Arguments]    ${device}    ${agent}
    Carry Phone    ${device}
    Show Page At    0    0
    Set Geolocation    -33.857    151.215    accuracy=25
    Phone Should Show    33.85700° S    151.21500° E
    ${user_agent}    Execute Javascript    return navigator.userAgent
    Should Contain    ${user_agent}    ${agent}
    ${touch}    Execute Javascript    return navigator.maxTouchPoints > 0
    Should Be True    ${touch}
    Page Should Fit
    Server Should Know    -33.857    151.215

Show Page At
    [Documentation]    Opens the page where the phone is.
    [Arguments]    ${latitude}    ${longitude}
    Move To    ${latitude}    ${longitude}
    Go To Page    /
