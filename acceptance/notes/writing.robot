*** Settings ***
Documentation     Notes are written, changed and deleted.

Resource          ../resources/notes.resource

Suite Setup       Open Notes
Suite Teardown    Close Notes
Test Setup        Begin Without Notes


*** Test Cases ***
Note Is There After The Page Was Loaded Again
    Write Note    Shopping    milk\nbread
    Open The Page
    Open Note    Shopping
    Form Should Hold    Shopping    milk\nbread

Note Can Be Changed
    Write Note    Shopping    milk
    Write Note    Shopping list    milk, bread
    List Should Be    Shopping list
    Stored Note Should Be    ${NOTES_URL}    Shopping list    milk, bread

Saving Twice Stores One Note
    Input Text    id:title    Once
    Double Click Element    id:save
    Note Should Be Saved
    List Should Be    Once
    Stored Titles Should Be    ${NOTES_URL}    Once

Several Notes Can Be Written
    Write Note    First
    Begin Another Note
    Write Note    Second
    List Should Be    Second    First

Text Is Saved Before Another Note Is Opened
    Store Notes    ${NOTES_URL}    Other
    Open The Page
    Input Text    id:title    In a hurry
    Open Note    Other
    Stored Note Should Be    ${NOTES_URL}    In a hurry    ${EMPTY}

Note Can Be Deleted
    Write Note    Shopping
    Click Button    id:delete
    Wait Until Element Contains    id:status    Deleted.
    List Should Be
    Form Should Hold    ${EMPTY}    ${EMPTY}

Note Without Title Is Not Saved
    Input Text    id:text    what is it about?
    Click Button    id:save
    Wait Until Element Contains    id:title-error    A note needs a title.
    Element Text Should Be    id:status    Not saved.
    Textarea Value Should Be    id:text    what is it about?
    Stored Titles Should Be    ${NOTES_URL}

Markup Is Shown And Does Nothing
    VAR    ${markup}    <img src=x onerror="document.title='It ran'">
    Write Note    ${markup}    ${markup}
    List Should Be    ${markup}
    Title Should Be    Notes

Keyboard Is Enough
    Press Keys    id:search    TAB    TAB
    Press Keys    None    By keyboard    TAB
    Press Keys    None    and nothing else    TAB
    Press Keys    None    ENTER
    Note Should Be Saved
    Stored Note Should Be    ${NOTES_URL}    By keyboard    and nothing else

Page Is Accessible
    Store Notes    ${NOTES_URL}    One    Two
    Open The Page
    Open Note    One
    Page Should Be Accessible
