*** Settings ***
Documentation     A visitor opens the page, types a message, sends it, and reads it on the next page.

Resource          ../resources/echo.resource

Suite Setup       Open Echo
Suite Teardown    Close Echo


*** Test Cases ***
Visitor Reads Back What Was Typed
    Given The Echo Page Is Open
    When The Visitor Types "Grüße aus Tromsø, and good morning!" And Sends It
    Then The Page Says "Grüße aus Tromsø, and good morning!"
    And The Report Shows The Page


*** Keywords ***
The Echo Page Is Open
    [Documentation]    On the asyncio server the page comes from a coroutine.
    Go To Page    ${PAGES}[-1]
    Title Should Be    Echo

The Visitor Types "${message}" And Sends It
    [Documentation]    Types key by key, and clicks.
    Input Text    id:message    ${message}
    Click Button    Send
    Wait For Echo

The Page Says "${message}"
    [Documentation]    Compares the visible text.
    Element Text Should Be    id:echo    ${message}

The Report Shows The Page
    [Documentation]    Puts a picture into the log.
    Capture Page Screenshot    EMBED
