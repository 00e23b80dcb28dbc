*** Settings ***
Documentation     Whoever opens a report loads nothing of the pages that are in it, and runs no script of them.

Library           robot_cherrypy    server=${SERVER}
Library           SeleniumLibrary    timeout=60 s    run_on_failure=NOTHING
Library           ../resources/inner_runs.py

Suite Setup       Make Report
Suite Teardown    Close All Browsers


*** Variables ***
${SERVER}    threaded
${OPEN}      SEPARATOR=\n
...          const frames = [...document.querySelectorAll("iframe")];
...          document.querySelectorAll("details").forEach((part) => part.open = true);
...          const loaded = (frame) => new Promise((done) => {
...          frame.onload = done; frame.loading = "eager"; frame.srcdoc += " ";
...          });
...          Promise.all(frames.map(loaded)).then(() => arguments[0](frames.length));


*** Test Cases ***
Opened Report Loads Nothing
    Open Headless Browser    /inner/hostile/${REPORT}/log.html
    Wait Until Page Contains Element    css:iframe    timeout=60 s
    ${frames}    Execute Async JavaScript    ${OPEN}
    Should Be Equal As Integers    ${frames}    1
    ${requests}    Get Requests
    VAR    ${paths}    ${{sorted({request.path for request in $requests})}}
    VAR    @{expected}    /inner/hostile/${REPORT}/log.html
    Should Be Equal    ${{[path for path in $paths if path != "/favicon.ico"]}}    ${expected}


*** Keywords ***
Make Report
    [Documentation]    Runs a suite with a page that loads from a server, on which its report is.
    VAR    &{folder}    tools.staticdir.on=${True}    tools.staticdir.dir=${OUTPUT_DIR}/inner
    VAR    &{config}    /inner=${folder}
    ${url}    Start Server    sample_app.misbehaving:Restless    config=${config}
    ${report}    Run Inner Suite    hostile/remote.robot    --variable    SERVER:${SERVER}
    ...    --variable    ELSEWHERE:${url}    --pythonpath    ${CURDIR}/../_inner/hostile
    VAR    ${REPORT}    ${report.name}    scope=SUITE
