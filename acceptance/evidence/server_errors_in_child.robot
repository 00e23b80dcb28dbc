*** Settings ***
Documentation    Errors of a server in a child process fail tests in the same way.

Library          ../resources/inner_runs.py


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Errors Fail The Tests That Caused Them
    Run Inner Suite    evidence/server_errors.robot    --variable    SERVER:${SERVER}
    ...    --variable    ISOLATION:process
    Inner Run Should Have    passed=4    failed=10
    Inner Test Should Have Failed
    ...    Page That Hides An Error
    ...    Server error: GET /order: ValueError: no more than 1000 g of assam at once, not 5000 in sample_app.faulty.Shop.order (answered 200)
    Inner Test Should Have Failed
    ...    Error In A Thread That Ends Later
    ...    Server error: GET /newsletter: ConnectionRefusedError: the mail server does not answer in sample_app.faulty.Shop._send_newsletter, in a thread (answered 200)
    Inner Test Should Have Failed
    ...    Error In A Coroutine Of A WebSocket
    ...    Server error: GET /auction: KeyError: 'oolong' in sample_app.faulty.Shop.auction, after the headers (answered 101)
    Delete Inner Reports

Suite May Switch It Off
    Run Inner Suite    evidence/switched_off.robot    --variable    SERVER:${SERVER}
    Inner Run Should Have    passed=2    failed=1
    Inner Test Should Have Failed    Check By Keyword
    ...    Server error: GET /tea: KeyError: 'oolong' in sample_app.faulty.Shop.tea (answered 500)
    Delete Inner Reports

Error In A Suite Setup Is Reported By The Suite
    Run Inner Suite    evidence/in_setup.robot    --variable    SERVER:${SERVER}
    Inner Run Should Have    passed=1    failed=0
    Inner Run Should Have Reported
    ...    Server error outside of any test: GET /tea: KeyError: 'oolong' in sample_app.faulty.Shop.tea (answered 500)
    Delete Inner Reports

Server That Ends By Itself Fails The Test
    Run Inner Suite    evidence/ending_server.robot    --variable    SERVER:${SERVER}
    Inner Run Should Have    passed=2    failed=2
    Inner Test Should Have Failed    Server Ends
    ...    Server 'shop' has ended: GET /close_shop raised SystemExit: closed for today.
    Inner Test Should Have Failed    Server Ends And Is Stopped In The Teardown
    ...    Server 'shop' has ended: GET /close_shop raised SystemExit: closed for today.
    Delete Inner Reports
