*** Settings ***
Documentation     A failed test shows both sides in the log: the page and the server, on one timeline.

Library           ../resources/inner_runs.py

Suite Setup       Run Inner Suite    evidence/both_sides.robot    --variable    SERVER:${SERVER}
...                   --variable    ISOLATION:${ISOLATION}
Suite Teardown    Delete Inner Reports


*** Variables ***
${SERVER}       threaded
${ISOLATION}    thread


*** Test Cases ***
Picture And Place Of The Page Are Shown
    Inner Test Should Show    Order Too Much    data:image/jpeg;base64,    /order    Thank you

Keywords And Requests Are On The Timeline
    Inner Test Should Show    Order Too Much    Go To Page    Click Button
    ...    POST /order</span>    <span class='status '>200</span>    as the browser saw it    as the server saw it

Traceback Is Beside The Request
    Inner Test Should Show    Order Too Much    raise ValueError(
    ...    no more than 1000 g of darjeeling at once    The order was not written down

Secrets Are Not Shown
    Inner Test Should Show    Order Too Much    card_secret
    Inner Test Should Not Show    Order Too Much    4929-1234-5678    4929

Browser Console Is Shown
    Inner Test Should Show    Look For What Is Not There    ReferenceError: total is not defined
    ...    /none.png    /api/none    <span class='status late'>404</span>

Message Says Why The Page Is An Error Page
    Inner Message Should Contain    Open A Page That Is Not There    should have contained text 'darjeeling'
    ...    GET /teas was answered with 404    has no page 'teas'. Did you mean 'tea'?

Session Is Shown Without Secrets
    [Tags]    in-process
    Inner Test Should Show    Fail With A Session    Session    basket    card_number
    Inner Test Should Not Show    Fail With A Session    4929 1234

Browser That The Teardown Closes Is Shown
    Inner Test Should Show    Fail And Close The Browser    data:image/jpeg;base64,
    ...    /tea?name=assam    GET /tea?name=assam</span>

Test Without A Browser Shows Its Timeline
    Inner Test Should Show    Fail Without A Browser    Time line    Nothing was open.
    Inner Test Should Not Show    Fail Without A Browser    data:image/webp

Failed Tests Are Hardly Delayed
    Inner Evidence Should Take At Most    ${0.5}

Passed Test Shows Nothing
    Inner Test Should Not Show    Pass    Time line
