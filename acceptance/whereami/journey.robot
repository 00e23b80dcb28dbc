*** Settings ***
Documentation    The phone moves, may not read its position, and loses position and network.

Resource         ../resources/whereami.resource

Test Teardown    Put Phone Away
Test Timeout     2 minutes


*** Test Cases ***
Phone Moves Along A Track
    Carry Phone
    Move To    48.137    11.575
    Go To Page    /
    Server Should Know    48.137    11.575
    Move And Be Followed    48.138    11.577
    Move And Be Followed    48.140    11.580
    Track Should Have    3
    Page Should Contain Element    css:#track[points*=',']

Position Is Refused
    Carry Phone
    Owner Refuses
    Go To Page    /
    Phone Should Say    The browser may not share your position.
    ${site}    Get Server Url
    Status Should Be    ${site}/location    404

Position Is Allowed After All
    Carry Phone
    Owner Refuses
    Move To    48.137    11.575
    Go To Page    /
    Phone Should Say    The browser may not share your position.
    Owner Allows
    Click Button    Locate me again
    Phone Should Say    You are here.

Position Becomes Stale
    Carry Phone    app=make_forgetful
    Move To    48.137    11.575
    Go To Page    /
    Server Should Know    48.137    11.575
    Phone Should Say    This is where you were
    ${location}    Read Resource    /location
    Should Be True    ${location}[stale]
    Move To    48.138    11.577
    Phone Should Show    48.13800° N    11.57700° E

Position Cannot Be Found
    [Tags]    chromium
    Carry Phone
    Lose Position
    Go To Page    /
    Phone Should Say    The position cannot be found at the moment.

Network Is Lost And Comes Back
    Carry Phone
    Move To    48.137    11.575
    Go To Page    /
    Server Should Know    48.137    11.575
    Go Offline
    Move And Be Told    48.138    11.577    Offline: 1 position waits
    Move And Be Told    48.140    11.580    Offline: 2 positions wait
    Go Online
    Server Should Know    48.140    11.580
    Track Should Have    3

Remote Browser Is Used
    [Documentation]    The browser of a phone is reached in this way, through the URL of a WebDriver.
    ${remote}    ${capabilities}    Start Web Driver
    Start Server    sample_app.whereami:WhereAmI    server=${SERVER}
    Open Headless Browser
    ...    browser=chrome
    ...    device=Pixel 7
    ...    remote_url=${remote}
    ...    capabilities=${capabilities}
    Set Geolocation    48.137    11.575
    Phone Should Show    48.13700° N    11.57500° E
    [Teardown]    Run Keywords    Put Phone Away    AND    Stop Web Driver

No Web Driver Listens
    Run Keyword And Expect Error
    ...    EQUALS:No WebDriver answers at http://127.0.0.1:9: Connection refused.
    ...    Open Headless Browser    about:blank    remote_url=http://127.0.0.1:9

Remote Browser Is Unknown
    Run Keyword And Expect Error
    ...    EQUALS:There is no remote browser 'netscape'. Expected auto or one of chrome, edge, firefox, safari.
    ...    Open Headless Browser
    ...    about:blank
    ...    browser=netscape
    ...    remote_url=http://127.0.0.1:9


*** Keywords ***
Move And Be Followed
    [Documentation]    Moves the phone, and waits until the server has the position.
    [Arguments]    ${latitude}    ${longitude}
    Move To    ${latitude}    ${longitude}
    Server Should Know    ${latitude}    ${longitude}

Move And Be Told
    [Documentation]    Moves the phone, and waits until the page says that the server lacks the position.
    [Arguments]    ${latitude}    ${longitude}    ${text}
    Move To    ${latitude}    ${longitude}
    Wait Until Element Contains    id:sending    ${text}    timeout=${TIMEOUT}

Track Should Have
    [Documentation]    Compares the number of positions that the server has.
    [Arguments]    ${count}
    ${track}    Read Resource    /track
    Length Should Be    ${track}    ${count}
