*** Settings ***
Documentation    Keywords about the browser fail with a message that says what to do.

Library          SeleniumLibrary    run_on_failure=NOTHING
Resource         ../resources/servers.resource

Test Teardown    Close Everything


*** Test Cases ***
No Server Is Running
    Run Keyword And Expect Error    EQUALS:No server is running: use 'Start Server' first.
    ...    Open Headless Browser

No Browser Is Open
    Start    plain:Pages
    Run Keyword And Expect Error
    ...    EQUALS:No browser is open: 'Go To Page' needs 'Open Headless Browser'.
    ...    Go To Page    /
    Run Keyword And Expect Error
    ...    EQUALS:No browser is open: 'Set Geolocation' needs 'Open Headless Browser'.
    ...    Set Geolocation    0    0

Path Has No Slash
    Start    plain:Pages
    Run Keyword And Expect Error
    ...    EQUALS:'page' is neither a path beginning with a slash nor a whole URL.
    ...    Open Headless Browser    page

Page Does Not Load
    ${url}    Start    plain:Pages
    Stop Server
    Run Keyword And Expect Error
    ...    EQUALS:Page ${url}/ did not load: net::ERR_CONNECTION_REFUSED
    ...    Open Headless Browser    ${url}/
    Run Keyword And Expect Error
    ...    EQUALS:Page ${url}/config did not load: net::ERR_CONNECTION_REFUSED
    ...    Go To Page    ${url}/config

Browser Is Unknown
    Run Keyword And Expect Error
    ...    EQUALS:There is no browser 'netscape': expected auto or one of chromium-headless-shell, chrome, chromium, edge, firefox.
    ...    Open Headless Browser
    ...    about:blank
    ...    browser=netscape

Device Is Unknown
    Run Keyword And Expect Error    *knows no device 'Pixel 1'. Did you mean 'Pixel 10'*
    ...    Open Headless Browser    about:blank    device=Pixel 1

Device Has A Size Of Its Own
    Run Keyword And Expect Error
    ...    EQUALS:Device 'Pixel 7' has a size of its own: leave out width=640.
    ...    Open Headless Browser    about:blank    device=Pixel 7    width=640

Position Is Nowhere
    Start    plain:Pages
    Open Headless Browser
    Run Keyword And Expect Error
    ...    EQUALS:The latitude is from -90 to 90 degrees, not 91.    Set Geolocation    91    0
    Run Keyword And Expect Error
    ...    EQUALS:The longitude is from -180 to 180 degrees, not -181.    Set Geolocation    0    -181
    Run Keyword And Expect Error
    ...    EQUALS:The accuracy is a distance in metres, not -1.    Set Geolocation    0    0    -1


*** Keywords ***
Close Everything
    [Documentation]    Leaves neither browser nor server.
    Close All Browsers
    Stop All Servers
