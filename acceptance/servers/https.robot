*** Settings ***
Documentation    A server speaks TLS with a certificate that was made for the run, and browsers trust it.

Library          SeleniumLibrary    run_on_failure=NOTHING
Resource         ../resources/servers.resource

Test Teardown    Close Everything


*** Test Cases ***
Page Comes By TLS
    ${url}    Start    kinds:Pages    https=True
    Should Match Regexp    ${url}    ^https://127\\.0\\.0\\.1:\\d+$
    Open Headless Browser
    Page Should Contain    Mounted at /

Page Of Another Name Is Secure
    [Documentation]    What browsers offer to secure pages only is there under a name that is not this machine's.
    [Tags]    chromium
    ${url}    Start    kinds:Pages    https=True    public_url=https://shop.example
    Should Match Regexp    ${url}    ^https://shop\\.example:\\d+$
    VAR    ${rules}    --host-resolver-rules=MAP shop.example 127.0.0.1
    VAR    @{arguments}    ${rules}
    Open Headless Browser    arguments=${arguments}
    Location Should Be    ${url}/
    ${is_secure}    Execute Javascript    return isSecureContext && 'serviceWorker' in navigator
    Should Be True    ${is_secure}

Several Servers Are Of One Authority
    Start    kinds:Pages    https=True    alias=thread
    Start    kinds:Pages    https=True    alias=process    isolation=process
    Open Headless Browser
    Page Should Contain    Mounted at /
    Switch Server    thread
    Go To Page    /config
    Page Should Contain    tools

Server Is Restarted
    Start    kinds:Pages    https=True
    Restart Server
    Open Headless Browser
    Page Should Contain    Mounted at /

Certificate Is In The Configuration
    VAR    &{config}    server.ssl_certificate=own.pem
    Start Should Fail    sample_app.kinds:Pages
    ...    With https\=True the certificate is made: leave out server.ssl_certificate.
    ...    https=True    config=${config}

Public URL Is None Of TLS
    Start Should Fail    sample_app.kinds:Pages
    ...    With https\=True, 'http://shop.example' has to begin with https.
    ...    https=True    public_url=http://shop.example


*** Keywords ***
Close Everything
    [Documentation]    Closes the browsers and stops the servers.
    Close All Browsers
    Stop All Servers
