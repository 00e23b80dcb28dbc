*** Settings ***
Documentation     A browser that a WebDriver opens elsewhere reaches the server by its public URL.

Library           SeleniumLibrary    run_on_failure=NOTHING
Library           ../resources/phone.py
Resource          ../resources/servers.resource

Suite Setup       Start Remote Driver
Suite Teardown    Stop Web Driver
Test Teardown     Close Everything


*** Test Cases ***
Server Has A Public URL
    [Documentation]    The port is the server's; a session and other pages are under that name, too.
    ${url}    Start    kinds:Pages    public_url=http://shop.localhost
    Should Match Regexp    ${url}    ^http://shop\\.localhost:\\d+$
    Open Remote Browser
    Location Should Be    ${url}/
    Go To Page    /config
    Location Should Be    ${url}/config
    ${current}    Get Server Url
    Should Be Equal    ${current}    ${url}

Browser Does Not Reach The Server
    ${url}    Start    kinds:Pages    alias=shop    public_url=http://nowhere.invalid
    ${name}    Evaluate    $url.removeprefix('http://')
    Run Keyword And Expect Error
    ...    EQUALS:Page ${url}/ did not load: net::ERR_NAME_NOT_RESOLVED. Server 'shop' had no request: the browser, which is elsewhere, does not reach ${name}. Use 'Start Server' with host=0.0.0.0, and with a public_url by which that machine knows this one
    ...    Open Remote Browser

Server Is Reached And Does Not Answer
    [Documentation]    A page that does not load for another reason is not said to be out of reach.
    ${url}    Start    kinds:Pages    public_url=http://shop.localhost
    Open Remote Browser
    Drop Connections    /config
    Run Keyword And Expect Error    EQUALS:Page ${url}/config did not load: net::ERR_EMPTY_RESPONSE
    ...    Go To Page    /config

Public URL Is None
    Start Should Fail    sample_app.kinds:Pages    'shop' is no URL of a server, such as http://ci.example.
    ...    public_url=shop


*** Keywords ***
Start Remote Driver
    [Documentation]    Starts a WebDriver, as it may run on another machine.
    ${url}    ${capabilities}    Start Web Driver
    VAR    ${REMOTE}    ${url}    scope=SUITE
    VAR    &{CAPABILITIES}    &{capabilities}    scope=SUITE

Open Remote Browser
    [Documentation]    Opens a browser on the current server through that WebDriver.
    Open Headless Browser    browser=chrome    remote_url=${REMOTE}    capabilities=${CAPABILITIES}

Close Everything
    [Documentation]    Closes the browsers and stops the servers.
    Close All Browsers
    Stop All Servers
