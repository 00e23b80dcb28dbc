*** Settings ***
Documentation    With `fail_on_browser_error=True`, errors in the browser fail a test.

Library          ../resources/inner_runs.py


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Uncaught Errors And Missing Resources Fail The Test
    Run Inner Suite    evidence/browser_errors.robot    --variable    SERVER:${SERVER}
    Inner Test Should Have Passed    Page That Is Fine
    Inner Run Should Have    passed=1    failed=2
    Inner Message Should Contain    Page Whose Script Fails    Browser error: http://127.0.0.1:
    ...    /broken_page 15:46 Uncaught ReferenceError: total is not defined
    ...    /none.png - Failed to load resource: the server responded with a status of 404 (Not Found)
    Inner Message Should Contain    Page Whose Browser The Teardown Closes
    ...    Uncaught ReferenceError: total is not defined
    Delete Inner Reports
