*** Settings ***
Documentation    The site can be read by everybody: by keyboard, in the dark, on a phone, by a screen reader, offline.

Resource         ../resources/docs.resource

Test Setup       Go To Page    /


*** Test Cases ***
Code Is Copied
    Code Should Be Copied

Keyboard Reaches The Content
    Press Keys    None    TAB
    Element Should Be Focused    css:.skip-to-content
    Press Keys    None    ENTER
    Location Should Contain    \#furo-main-content

Dark Mode Follows The System
    [Setup]    Open Headless Browser    /    alias=dark
    Background Should Be    rgb(255, 255, 255)
    Prefer Colour Scheme    dark
    Background Should Be    rgb(19, 20, 22)
    Page Should Be Accessible
    [Teardown]    Return To Desktop

Button Switches To Dark
    Click Button    css:.theme-toggle-content .theme-toggle
    Background Should Be    rgb(19, 20, 22)
    Click Button    css:.theme-toggle-content .theme-toggle
    Background Should Be    rgb(255, 255, 255)
    [Teardown]    Execute Javascript    localStorage.clear()

Front Page Is Accessible
    Page Should Be Accessible

Page Of Keywords Is Accessible
    [Setup]    Go To Page    /reference/keywords/sessions.html
    Page Should Be Accessible

Page Of A Tutorial Is Accessible
    [Setup]    Go To Page    /tutorials/cherrypy/01-page.html
    Page Should Be Accessible

Search Is Accessible
    [Setup]    Go To Page    /search.html
    Page Should Be Accessible

Pages Fit On A Phone
    [Setup]    Open Headless Browser    device=Pixel 7
    [Template]    Page Should Fit
    /
    /getting-started.html
    /recipes/index.html
    /recipes/members.html
    /reference/settings.html
    /reference/api.html
    /reference/keywords/servers.html
    [Teardown]    Return To Desktop

Navigation Opens On A Phone
    [Setup]    Open Headless Browser    device=Pixel 7
    Click Element    css:.nav-overlay-icon
    Wait Until Element Is Visible    link:Getting started
    Click Link    Getting started
    Wait Until Location Contains    getting-started.html
    [Teardown]    Return To Desktop

Site Is Read Offline
    [Setup]    Create Directory    ${OUTPUT_DIR}/offline
    ${front_page}    Unpack Site    ${OUTPUT_DIR}/offline
    Go To    ${front_page}
    Search Here Should Find    upload a file    recipes/pages.html
    Click Link    css:#search-results a[href*="recipes/pages.html"]
    Wait Until Page Contains Element    css:#how-do-i-upload-a-file
    [Teardown]    Remove Directory    ${OUTPUT_DIR}/offline    recursive=True

Printed Page Has No Navigation
    [Setup]    Go To Page    /getting-started.html
    Element Should Be Visible    css:.sidebar-container
    Use Medium    print
    Element Should Not Be Visible    css:.sidebar-container
    [Teardown]    Use Medium    ${EMPTY}
