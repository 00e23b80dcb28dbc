*** Settings ***
Documentation     An error of the server fails the test that caused it, whatever the page showed.

Library           ../resources/inner_runs.py

Suite Setup       Run Inner Suite    evidence/server_errors.robot    --variable    SERVER:${SERVER}
...                   --variable    ISOLATION:${ISOLATION}
Suite Teardown    Delete Inner Reports


*** Variables ***
${SERVER}       threaded
${ISOLATION}    thread


*** Test Cases ***
Page That Hides An Error
    Inner Test Should Have Failed
    ...    ${TEST_NAME}
    ...    Server error: GET /order: ValueError: no more than 1000 g of assam at once, not 5000 in sample_app.faulty.Shop.order (answered 200)

Page That Shows An Error
    Inner Test Should Have Failed    ${TEST_NAME}
    ...    Server error: GET /tea: KeyError: 'oolong' in sample_app.faulty.Shop.tea (answered 500)

Error In A Thread That Ends Later
    Inner Test Should Have Failed
    ...    ${TEST_NAME}
    ...    Server error: GET /newsletter: ConnectionRefusedError: the mail server does not answer in sample_app.faulty.Shop._send_newsletter, in a thread (answered 200)

Errors In Threads Are Not Printed Besides
    Inner Report Should Not Have    Exception in thread

Error After The Headers
    Inner Test Should Have Failed
    ...    ${TEST_NAME}
    ...    Server error: GET /catalogue: KeyError: 'oolong' in sample_app.faulty.Shop.catalogue.<locals>.chunks, after the headers (answered 200)

Error In A WebSocket
    Inner Test Should Have Failed
    ...    ${TEST_NAME}
    ...    Server error: GET /haggle: ValueError: invalid literal for int() with base 10: 'a kiss' in sample_app.faulty.Shop.haggle, after the headers (answered 101)

Error In A Coroutine Of A WebSocket
    Inner Test Should Have Failed
    ...    ${TEST_NAME}
    ...    Server error: GET /auction: KeyError: 'oolong' in sample_app.faulty.Shop.auction, after the headers (answered 101)

Expected Error In A WebSocket
    Inner Test Should Have Passed    ${TEST_NAME}

Status Without An Error
    Inner Test Should Have Failed    ${TEST_NAME}
    ...    Server error: GET /till: HTTP 503: Service Unavailable

Expected Error
    Inner Test Should Have Passed    ${TEST_NAME}

Expected Error That Does Not Come
    Inner Test Should Have Failed
    ...    ${TEST_NAME}
    ...    Expected server error 'ValueError: *' (type ValueError, status 500), 2 times did not come. Server errors of the test: none.

Expected Error Beside Another
    Inner Test Should Have Failed    ${TEST_NAME}
    ...    Server error: GET /till: HTTP 503: Service Unavailable

Test That Fails Anyway
    Inner Test Should Have Failed
    ...    ${TEST_NAME}
    ...    The page is not what it should be.\n\nServer error: GET /tea: KeyError: 'oolong' in sample_app.faulty.Shop.tea (answered 500)

Innocent Tests
    Inner Test Should Have Passed    Innocent Page
    Inner Test Should Have Passed    Innocent Page After That
    Inner Run Should Have    passed=4    failed=10
