*** Settings ***
Documentation    Keywords about browsers fail with messages that say what to do.

Library          SeleniumLibrary    run_on_failure=NOTHING
Resource         ../resources/servers.resource

Test Teardown    Close Everything


*** Variables ***
# The words of Chromium, and of Firefox.
${REFUSED}         (net::ERR_CONNECTION_REFUSED|Firefox can’t establish a connection to the server at .*)
${UNSAFE_PORT}     (net::ERR_UNSAFE_PORT|This address uses a network port which .*)
${MISSING_FILE}    (net::ERR_FILE_NOT_FOUND|Firefox can’t find the file at .*)


*** Test Cases ***
No Server Is Running
    Run Keyword And Expect Error    EQUALS:No server is running: use 'Start Server' first.
    ...    Open Headless Browser

No Browser Is Open
    Start    kinds:Pages
    Run Keyword And Expect Error
    ...    EQUALS:No browser is open: 'Go To Page' needs 'Open Headless Browser'.
    ...    Go To Page    /
    Run Keyword And Expect Error
    ...    EQUALS:No browser is open: 'Set Geolocation' needs 'Open Headless Browser'.
    ...    Set Geolocation    0    0

Path Has No Slash
    Start    kinds:Pages
    Run Keyword And Expect Error
    ...    EQUALS:'page' is neither a path beginning with a slash nor a whole URL.
    ...    Open Headless Browser    page

Page Does Not Load
    ${url}    Start    kinds:Pages
    Stop Server
    Run Keyword And Expect Error    REGEXP:Page ${url}/ did not load: ${REFUSED}    Open Headless Browser    ${url}/
    Run Keyword And Expect Error    REGEXP:Page ${url}/config did not load: ${REFUSED}    Go To Page    ${url}/config

Page Does Not Load In Time
    [Documentation]    The message has the request with its handler, and where that is.
    ${url}    Start    misbehaving:Restless
    Open Headless Browser
    ${before}    Set Selenium Page Load Timeout    1 second
    ${message}    Run Keyword And Expect Error    *    Go To Page    /sleep?seconds=8
    Should Start With    ${message}    Page ${url}/sleep?seconds=8 did not load within 1 s: it waits for GET /sleep (
    Should Contain    ${message}    in sample_app.misbehaving.Restless.sleep (
    Should Contain    ${message}    time.sleep(float(seconds))
    [Teardown]    Run Keywords    Set Selenium Page Load Timeout    ${before}    AND    Close Everything

Error Page Is No Page
    Open Headless Browser    about:blank
    Run Keyword And Expect Error    REGEXP:Page http://127.0.0.1:9/ did not load: ${UNSAFE_PORT}
    ...    Go To Page    http://127.0.0.1:9/
    Run Keyword And Expect Error    REGEXP:Page file:///none.html did not load: ${MISSING_FILE}
    ...    Go To Page    file:///none.html
    Go To Page    about:blank
    Run Keyword And Expect Error
    ...    REGEXP:Page foo://bar did not load: (the browser does not know 'foo:'|Navigation to .*)
    ...    Go To Page
    ...    foo://bar

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
    Start    kinds:Pages
    Open Headless Browser
    Run Keyword And Expect Error
    ...    EQUALS:The latitude is from -90 to 90 degrees, not 91.    Set Geolocation    91    0
    Run Keyword And Expect Error
    ...    EQUALS:The longitude is from -180 to 180 degrees, not -181.    Set Geolocation    0    -181
    Run Keyword And Expect Error
    ...    EQUALS:The accuracy is a distance in metres, not -1.    Set Geolocation    0    0    -1


*** Keywords ***
Close Everything
    [Documentation]    Closes the browsers and stops the servers.
    Close All Browsers
    Stop All Servers
