*** Settings ***
Documentation     A browser is opened with the language, time zone and colours of a user, and as a test needs it.

Library           OperatingSystem
Library           SeleniumLibrary    run_on_failure=NOTHING
Resource          ../resources/servers.resource

Suite Setup       Start    kinds:Pages
Suite Teardown    Stop All Servers
Test Teardown     Close All Browsers


*** Test Cases ***
Language Is That Of The User
    Open Headless Browser    language=de-DE
    Script Should Return    (1234.5).toLocaleString()    1.234,5
    Script Should Return    navigator.language    de-DE

Time Zone Is That Of The User
    Open Headless Browser    time_zone=Asia/Tokyo
    Script Should Return    new Date(0).getHours()    ${9}

Colours And Motion Are Preferred
    Open Headless Browser    color_scheme=dark    reduced_motion=True
    Script Should Return    matchMedia('(prefers-color-scheme: dark)').matches    ${True}
    Script Should Return    matchMedia('(prefers-reduced-motion: reduce)').matches    ${True}

Permissions Are Granted
    Open Headless Browser    permissions=geolocation, camera
    ${camera}    Execute Async Javascript
    ...    const done = arguments[0];
    ...    navigator.permissions.query({name: 'camera'}).then(status => done(status.state))
    Should Be Equal    ${camera}    granted

Arguments Are Passed To The Browser
    [Tags]    chromium
    Open Headless Browser    arguments=--user-agent=Tea/1 --mute-audio
    Script Should Return    navigator.userAgent    Tea/1

Capabilities Hold For A Local Browser
    VAR    &{capabilities}    unhandledPromptBehavior=accept
    Open Headless Browser    capabilities=${capabilities}
    Page Should Contain    Mounted at /

Options That Do Not Exist Are Named
    [Template]    Opening Should Fail
    There is no time zone 'Berlin'. Did you mean 'Europe/Berlin'?    time_zone=Berlin
    'german' is no language: expected one such as de or de-DE.    language=german
    *no permission 'geo'. There are camera, *    permissions=geo
    'mute' is no argument for a browser: write '--mute'.    arguments=mute
    The certificate nowhere.pem cannot be read: *    certificates=nowhere.pem
    Browser 'chromium-headless-shell' has no windows: leave out headless\=False.
    ...    browser=chromium-headless-shell    headless=False


*** Keywords ***
Script Should Return
    [Documentation]    Compares what an expression has as its value in the page.
    [Arguments]    ${expression}    ${expected}
    ${value}    Execute Javascript    return ${expression}
    Should Be Equal    ${value}    ${expected}

Opening Should Fail
    [Documentation]    Compares the message with a pattern.
    [Arguments]    ${message}    &{options}
    Run Keyword And Expect Error    ${message}    Open Headless Browser    &{options}
