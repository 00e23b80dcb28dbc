*** Settings ***
Documentation     A test may ask for errors of its server, and expect them.

Library           Collections
Resource          ../resources/shop.resource

Suite Setup       Open Shop And Expect Too Early
Suite Teardown    Close Shop


*** Test Cases ***
Good Pages Have No Errors
    Visit    /
    Server Should Have No Errors
    ${errors}    Get Server Errors
    Should Be Empty    ${errors}

Errors Are Known
    Visit    /tea?name=oolong
    ${errors}    Get Server Errors
    Length Should Be    ${errors}    1
    Should Be Equal As Strings    ${errors}[0]
    ...    GET /tea: KeyError: 'oolong' in sample_app.faulty.Shop.tea (answered 500)
    Should Contain    ${errors[0].traceback}    return _page(name.title()
    Expect Server Error    KeyError: 'oolong'

Expected Errors Are No Errors
    Expect Server Error    REGEXP:KeyError: '.*'    count=2
    Visit    /tea?name=oolong
    Visit    /tea?name=ceylon
    Server Should Have No Errors

Expected Errors May Be Any Number
    Expect Server Error    KeyError: *    count=2+
    Expect Server Error    HTTP 503: *    count=any
    Visit    /tea?name=oolong
    Visit    /tea?name=ceylon
    Visit    /tea?name=sencha

Errors Are Expected For A While
    Expect Server Error    KeyError: *    count=any
    Visit    /tea?name=oolong
    Stop Expecting Server Errors
    Visit    /tea?name=oolong
    Run Keyword And Expect Error
    ...    EQUALS:Server error: GET /tea: KeyError: 'oolong' in sample_app.faulty.Shop.tea (answered 500)
    ...    Server Should Have No Errors
    Expect Server Error

Expected Errors That Have Not Come Are Named
    Expect Server Error    KeyError: *    count=2+
    Run Keyword And Expect Error
    ...    EQUALS:Expected server error 'KeyError: *', at least 2 times did not come. Server errors of the test: none.
    ...    Stop Expecting Server Errors

Count That Is None
    Run Keyword And Expect Error    EQUALS:'some' is no count: it is a number, such as 3, or 2+, or any.
    ...    Expect Server Error    count=some

Unexpected Errors Are Listed
    Visit    /tea?name=oolong
    Visit    /till
    Expect Server Error    STARTS:KeyError
    Run Keyword And Expect Error    EQUALS:Server error: GET /till: HTTP 503: Service Unavailable
    ...    Server Should Have No Errors
    Expect Server Error    status=503

Expecting Outside Of A Test Fails
    Should Be Equal    ${EXPECTED_IN_SETUP}
    ...    'Expect Server Error' belongs into a test: no test is running.


*** Keywords ***
Open Shop And Expect Too Early
    [Documentation]    Starts the shop; keeps the error of a keyword that belongs into a test.
    Open Shop
    ${error}    Run Keyword And Expect Error    *    Expect Server Error
    VAR    ${EXPECTED_IN_SETUP}    ${error}    scope=SUITE
