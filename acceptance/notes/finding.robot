*** Settings ***
Documentation     Notes are listed and searched.

Resource          ../resources/notes.resource

Suite Setup       Open Notes
Suite Teardown    Close Notes
Test Setup        Begin Without Notes


*** Test Cases ***
Newest Notes Come First
    Store Notes    ${NOTES_URL}    First    Second    Third
    Open The Page
    List Should Be    Third    Second    First
    Element Text Should Be    id:count    3 notes

Long List Has Pages
    VAR    @{titles}    @{{ [f'Note {number}' for number in range(1, 22)] }}
    Store Notes    ${NOTES_URL}    @{titles}
    Open The Page
    List Should Be    @{titles}[:0:-1]
    Element Text Should Be    id:page    Page 1 of 2
    Click Button    id:next
    List Should Be    Note 1
    Click Button    id:previous
    List Should Be    @{titles}[:0:-1]

Search Finds A Part Of A Title
    Store Notes    ${NOTES_URL}    Shopping list    List of guests    Recipe
    Open The Page
    Input Text    id:search    list
    List Should Be    List of guests    Shopping list
    Element Text Should Be    id:count    2 notes with “list”

Search Treats Wildcards As Characters
    Store Notes    ${NOTES_URL}    100 %    100 grams
    Open The Page
    Input Text    id:search    %
    List Should Be    100 %

Search That Finds Nothing Says So
    Store Notes    ${NOTES_URL}    Recipe
    Open The Page
    Input Text    id:search    list
    List Should Be
    Element Text Should Be    id:count    0 notes with “list”
