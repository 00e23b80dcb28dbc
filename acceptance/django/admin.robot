*** Settings ***
Documentation     An administrator edits the books of the shelf in Django's admin.

Resource          ../resources/shelf.resource

Suite Setup       Open Shelf
Suite Teardown    Close Shelf
Test Setup        Delete All Cookies
Test Timeout      2 minutes


*** Test Cases ***
Administrator Logs In
    Log In
    Title Should Be    Site administration | Django site admin
    Element Should Contain    id:user-tools    Welcome, admin    ignore_case=True

Visitor Is Asked To Log In
    Go To Page    /admin/shelf/book/
    Page Should Contain Element    name:password

Wrong Password Is Refused
    Go To Page    /admin/
    Input Text    name:username    admin
    Input Password    name:password    abracadabra
    Click Button    Log in
    Wait Until Page Contains    Please enter the correct username and password    timeout=${TIMEOUT}

Style Sheets Arrive
    Go To Page    /admin/
    Style Sheet Should Have Arrived    admin/css/base.css

Book Is Added With An Uploaded File
    Log In    /admin/shelf/book/add/
    Input Text    name:title    Robots
    Input Text    name:author    A. Writer
    Choose File    name:cover    ${CURDIR}/cover.svg
    Click Button    name:_save
    Message Should Be    was added successfully    css:.messagelist
    Book Should Be Stored    Robots    author=A. Writer    year=${None}
    Cover Should Be    Robots    ${CURDIR}/cover.svg

Book Is Changed
    ${key}    Put On Shelf    Old title    A. Writer
    Log In    /admin/shelf/book/${key}/change/
    Input Text    name:title    New title
    Input Text    name:year    1999
    Click Button    name:_save
    Message Should Be    was changed successfully    css:.messagelist
    Book Should Be Stored    New title    year=${1999}

Session Is Seeded
    Seed Session    user=admin
    Go To Page    /admin/shelf/book/
    Element Should Contain    id:user-tools    Welcome, admin    ignore_case=True

Unknown User Cannot Be Logged In
    Run Keyword And Expect Error    EQUALS:There is no user 'nobody' to log in.
    ...    Seed Session    user=nobody
