*** Settings ***
Documentation     Visitors use the shelf: forms, messages, sessions, and views that are coroutines.

Resource          ../resources/shelf.resource

Suite Setup       Open Shelf
Suite Teardown    Close Shelf
Test Setup        Delete All Cookies
Test Timeout      2 minutes


*** Test Cases ***
Book Is Put On The Shelf
    Seed Session    user=admin
    Go To Page    /add
    Input Text    name:title    Whales
    Input Text    name:author    H. M.
    Choose File    name:cover    ${CURDIR}/cover.svg
    Click Button    Put on the shelf
    Message Should Be    “Whales” is on the shelf.
    Cover Is Shown

Mistake In The Form Is Shown
    Seed Session    user=admin
    Go To Page    /add
    Input Text    name:title    Whales
    Input Text    name:author    H. M.
    Input Text    name:year    1066
    Click Button    Put on the shelf
    Wait Until Page Contains    greater than or equal to 1450    timeout=${TIMEOUT}

Book Is Reviewed
    ${key}    Put On Shelf    Islands    A. Writer
    Go To Page    /book/${key}
    Input Text    name:text    Worth reading <twice>.
    Click Button    Send review
    Message Should Be    Thank you for your review.
    Element Should Contain    css:article    Worth reading <twice>.

Session Remembers Which Books Were Viewed
    ${first}    Put On Shelf    First    A. Writer
    ${second}    Put On Shelf    Second    A. Writer
    Go To Page    /book/${first}
    Go To Page    /book/${second}
    Go To Page    /
    Element Text Should Be    id:viewed    Second\nFirst
    ${session}    Get Session
    Should Be Equal    ${session}[viewed]    ${{[$second, $first]}}

Seeded Values Are In The Session
    ${key}    Put On Shelf    Seeded    A. Writer
    Seed Session    viewed=${{[$key]}}
    Go To Page    /
    Element Text Should Be    id:viewed    Seeded

Shelf Is Streamed
    Put On Shelf    Streamed    A. Writer
    Go To Page    /
    Page Should Contain Link    All books as CSV
    Server Should Have Received    GET    /

Coroutine Counts Books
    Empty The Shelf
    Put On Shelf    Counted    A. Writer
    Go To Page    /summary
    Page Should Contain    {"books": 1, "reviews": 0}

Pages Are Accessible
    ${key}    Put On Shelf    Accessible    A. Writer
    Seed Session    user=admin
    Go To Page    /
    Page Should Be Accessible
    Go To Page    /add
    Page Should Be Accessible
    Go To Page    /book/${key}
    Page Should Be Accessible


*** Keywords ***
Cover Is Shown
    [Documentation]    The uploaded picture was loaded: it has a width.
    ${width}    Execute Javascript    return document.querySelector('.cover').naturalWidth
    Should Be True    ${width} > 0
