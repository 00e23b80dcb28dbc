*** Settings ***
Documentation     Ten tests. In two of them the server has an error.

Resource          ../../../resources/shop.resource

Suite Setup       Open Shop
Suite Teardown    Close Shop


*** Test Cases ***
Innocent 0
    Visit    /tea?name=assam

Innocent 1
    Visit    /tea?name=assam

Innocent 2
    Visit    /tea?name=assam

Innocent 3
    Visit    /tea?name=assam

Planted In A Page
    Visit    /tea?name=oolong

Innocent 5
    Visit    /tea?name=assam

Innocent 6
    Visit    /tea?name=assam

Innocent 7
    Visit    /tea?name=assam

Innocent 8
    Visit    /tea?name=assam

Planted In A Thread
    Visit    /newsletter
