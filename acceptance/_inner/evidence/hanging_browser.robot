*** Settings ***
Documentation     Browsers that hang, have crashed or show a dialog.

Library           SeleniumLibrary    run_on_failure=NOTHING
Resource          ../../resources/shop.resource
Library           ending.py

Suite Setup       Open Shop
Suite Teardown    Close Shop
Test Teardown     End Browsers


*** Test Cases ***
Fail With A Browser That Hangs
    Open Headless Browser
    Execute Javascript    setTimeout(() => { for (;;); }, 10)
    Fail    It hangs.

Fail With A Browser That Has Crashed
    Open Headless Browser
    End Browsers
    Fail    It is gone.

Fail With A Dialog
    Open Headless Browser
    Execute Javascript    setTimeout(() => alert("Hello"), 0)
    Fail    It asks.

Fail With Two Browsers
    Open Headless Browser    /tea?name=assam
    Open Headless Browser    /tea?name=sencha
    Fail    Both show something.
