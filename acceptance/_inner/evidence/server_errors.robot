*** Settings ***
Documentation     A shop whose pages look fine while its server has errors.

Library           robot_cherrypy
Resource          ../../resources/shop.resource

Suite Setup       Open Shop
Suite Teardown    Close Shop


*** Test Cases ***
Page That Hides An Error
    Visit    /order?tea=assam&grams=5000

Page That Shows An Error
    Visit    /tea?name=oolong

Innocent Page
    Visit    /tea?name=assam

Error In A Thread That Ends Later
    Visit    /newsletter

Innocent Page After That
    Visit    /

Error After The Headers
    Visit Should Break Off    /catalogue

Error In A WebSocket
    Connect WebSocket    /haggle
    Send WebSocket Message    a kiss
    WebSocket Should Be Closed    1011

Error In A Coroutine Of A WebSocket
    Connect WebSocket    /auction
    Send WebSocket Message    sencha
    Receive WebSocket Message
    Send WebSocket Message    oolong
    WebSocket Should Be Closed    1011

Expected Error In A WebSocket
    Expect Server Error    KeyError: 'oolong'    status=101
    Connect WebSocket    /auction
    Send WebSocket Message    oolong
    WebSocket Should Be Closed    1011

Status Without An Error
    Visit    /till

Expected Error
    Expect Server Error    KeyError: 'oolong'    status=500
    Visit    /tea?name=oolong

Expected Error That Does Not Come
    Expect Server Error    ValueError: *    type=ValueError    status=500    count=2
    Visit    /

Expected Error Beside Another
    Expect Server Error    REGEXP:KeyError.*
    Visit    /tea?name=oolong
    Visit    /till

Test That Fails Anyway
    Visit    /tea?name=oolong
    Fail    The page is not what it should be.
