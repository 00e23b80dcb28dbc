*** Settings ***
Documentation     An application that keeps a change that a test made.

Resource          ../resources/shop.resource

Suite Setup       Start Server    sample_app.faulty:Faulty    server=${SERVER}    alias=shop
Suite Teardown    Close Shop


*** Test Cases ***
Change And Reset
    Visit    /untidy
    Reset Server State
