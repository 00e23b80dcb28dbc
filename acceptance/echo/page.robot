*** Settings ***
Documentation     The page runs no scripts from messages, and everybody can use it.

Resource          ../resources/echo.resource

Suite Setup       Open Echo
Suite Teardown    Close Echo
Test Setup        Go To Page    ${PAGES}[-1]


*** Variables ***
${SCRIPT}    </output><script>document.title = 'It ran'</script><img src=x onerror="document.title = 'It ran'">


*** Test Cases ***
Form Has A Title And A Labelled Field
    Title Should Be    Echo
    Page Should Contain Element    xpath://label[@for='message' and .='Message']
    Element Should Be Enabled    id:message
    Page Should Contain Button    Send

Keyboard Is Enough
    Press Keys    None    TAB
    Focus Should Be On    message
    Press Keys    None    By keyboard    TAB
    Focus Should Be On    send
    Press Keys    None    ENTER
    Wait For Echo
    Echo Should Be    By keyboard

Enter Breaks The Line
    Press Keys    id:message    first    ENTER    second
    Click Button    Send
    Wait For Echo
    Echo Should Be    first\nsecond

Script Is Shown And Does Not Run
    Send Message    ${SCRIPT}
    Echo Should Be    ${SCRIPT}
    Echo Should Be Plain Text
    Title Should Be    You said – Echo

Empty Message Comes Back, Too
    Send Message    ${EMPTY}
    Page Should Contain    You said nothing

Next Message Can Be Sent From The Page With The Echo
    Send Message    first
    Fill In Message    second
    Click Button    Send
    Wait Until Element Contains    id:echo    second    timeout=10 seconds
    Textarea Value Should Be    message    ${EMPTY}

Form Is Accessible
    Page Should Be Accessible

Echo Is Accessible
    Send Message    Hello, world!
    Page Should Be Accessible
