*** Settings ***
Documentation     Two editors of the same note do not overwrite each other's changes.

Resource          ../resources/notes.resource

Suite Setup       Open Notes
Suite Teardown    Close Notes
Test Setup        Two Editors Have The Same Note


*** Test Cases ***
Later Editor Sees The Conflict
    Element Text Should Be    id:conflict-heading    Somebody else has changed this note
    Element Text Should Be    id:their-text    theirs
    Form Should Hold    Shared    mine
    Stored Note Should Be    ${NOTES_URL}    Shared    theirs
    Page Should Be Accessible

Later Editor Takes Theirs
    Click Button    id:take-theirs
    Element Should Not Be Visible    id:conflict
    Form Should Hold    Shared    theirs
    Write Note    Shared    theirs and more
    Stored Note Should Be    ${NOTES_URL}    Shared    theirs and more

Later Editor Keeps Mine
    Click Button    id:keep-mine
    Note Should Be Saved
    Element Should Not Be Visible    id:conflict
    Stored Note Should Be    ${NOTES_URL}    Shared    mine

Note Was Deleted Meanwhile
    Delete Elsewhere    ${NOTES_URL}    Shared
    Click Button    id:save
    Wait Until Element Contains    id:status    Somebody has deleted this note. Your text is still here.
    Form Should Hold    Shared    mine


*** Keywords ***
Two Editors Have The Same Note
    [Documentation]    The page shows a note that another editor has changed since.
    Begin Without Notes
    Write Note    Shared    common
    Change Elsewhere    ${NOTES_URL}    Shared    theirs
    Input Text    id:text    mine
    Click Button    id:save
    Wait Until Element Is Visible    id:conflict
