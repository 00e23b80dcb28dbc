*** Settings ***
Documentation    Visitors read their own language.

Library          robot_cherrypy
Library          SeleniumLibrary    run_on_failure=NOTHING

Suite Setup      Start Server    languages_app:Site    server=${SERVER}
Test Template    Greeting Should Be


*** Variables ***
${SERVER}    threaded


*** Test Cases ***    LANGUAGE    GREETING
German                de-DE       Guten Morgen
English               en-GB       Good morning
Another               fr-FR       Good morning


*** Keywords ***
Greeting Should Be
    [Documentation]    Opens a browser in a language and reads the page.
    [Arguments]    ${language}    ${greeting}
    Open Headless Browser    language=${language}
    Element Text Should Be    css:h1    ${greeting}
    [Teardown]    Close Browser
