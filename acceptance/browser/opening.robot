*** Settings ***
Documentation     A headless browser shows pages of the server, and SeleniumLibrary drives it.

Library           OperatingSystem
Library           SeleniumLibrary    run_on_failure=NOTHING
Resource          ../resources/servers.resource

Suite Setup       Start    kinds:Pages
Suite Teardown    Stop All Servers
Test Teardown     Close All Browsers


*** Test Cases ***
Browser Opens On The Current Server
    Open Headless Browser
    Page Should Contain    Mounted at /

Browser Opens On A Path
    Open Headless Browser    /config
    Page Should Contain    tools

Browser Opens On A Whole URL
    Open Headless Browser    about:blank
    Location Should Be    about:blank

Browser Has The Given Size
    Open Headless Browser    width=640    height=480
    View Should Be    640    480

Browser Has A Size By Default
    Open Headless Browser
    View Should Be    1280    800

Device Is Emulated
    Open Headless Browser    device=Pixel 7
    ${screen}    Execute Javascript    return screen.width + ' x ' + screen.height
    Should Be Equal    ${screen}    412 x 915
    ${agent}    Execute Javascript    return navigator.userAgent
    Should Contain    ${agent}    Android
    ${touch}    Execute Javascript    return navigator.maxTouchPoints > 0
    Should Be True    ${touch}

Page Is Loaded By Path
    Open Headless Browser
    Go To Page    /config
    Page Should Contain    tools

Dialog Of A Page Stays Open
    Open Headless Browser    data:text/html,<script>alert('tea')</script>
    Alert Should Be Present    tea
    Go To Page    data:text/html,<script>confirm('more?')</script>
    Alert Should Be Present    more?

Browsers Are Switched By Alias
    Open Headless Browser    /    alias=pages
    Open Headless Browser    /config    alias=config
    Switch Browser    pages
    Page Should Contain    Mounted at /

Browsers Are Switched By Index
    ${first}    Open Headless Browser    /
    Open Headless Browser    /config
    Switch Browser    ${first}
    Page Should Contain    Mounted at /

Browser Has The Given Capabilities
    [Tags]    chromium
    VAR    @{arguments}    --user-agent=Tester
    VAR    &{chrome}    args=${arguments}
    VAR    &{capabilities}    goog:chromeOptions=${chrome}    pageLoadStrategy=eager
    Open Headless Browser    capabilities=${capabilities}
    ${agent}    Execute Javascript    return navigator.userAgent
    Should Be Equal    ${agent}    Tester

Download Is Put Into The Given Folder
    Open Headless Browser    downloads=${OUTPUT_DIR}/downloads
    Download Teas To    ${OUTPUT_DIR}/downloads
    [Teardown]    Close And Remove    ${OUTPUT_DIR}/downloads

Download Is Deleted With Its Browser
    [Documentation]    Without a folder, nothing is left, and nothing comes into the folder of the user.
    Open Headless Browser
    ${selenium}    Get Library Instance    SeleniumLibrary
    VAR    ${folder}    ${selenium.driver.service.folder}
    Download Teas To    ${folder}
    Close All Browsers
    Should Not Exist    ${folder}

Page Is Told Where The Browser Is
    Open Headless Browser
    Set Geolocation    48.137    11.575    accuracy=25
    ${position}    Execute Async Javascript
    ...    const done = arguments[arguments.length - 1];
    ...    navigator.geolocation.getCurrentPosition(
    ...    p => done([p.coords.latitude, p.coords.longitude, p.coords.accuracy]),
    ...    error => done(error.message))
    Should Be Equal    ${position}    ${{[48.137, 11.575, 25]}}


*** Keywords ***
Download Teas To
    [Documentation]    Has the page download a file, and waits until it is there.
    [Arguments]    ${folder}
    Execute Javascript
    ...    const link = document.createElement('a');
    ...    link.href = 'data:text/csv,tea';
    ...    link.download = 'teas.csv';
    ...    link.click();
    Wait Until Created    ${folder}/teas.csv

Close And Remove
    [Documentation]    Closes the browsers and removes a folder.
    [Arguments]    ${folder}
    Close All Browsers
    Remove Directory    ${folder}    recursive=True

View Should Be
    [Documentation]    Compares the size of the viewport, in CSS pixels.
    [Arguments]    ${width}    ${height}
    ${view}    Execute Javascript    return innerWidth + ' x ' + innerHeight
    Should Be Equal    ${view}    ${width} x ${height}
