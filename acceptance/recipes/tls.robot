*** Settings ***
Documentation     The server speaks TLS, on asyncio HTTP/2 as well.

Library           OperatingSystem
Library           Process
Library           robot_cherrypy
Library           SeleniumLibrary    run_on_failure=NOTHING

Suite Setup       Make Certificate
Suite Teardown    Remove Files    ${CERTIFICATE}    ${KEY}


*** Variables ***
${SERVER}         threaded
${CERTIFICATE}    ${OUTPUT_DIR}/certificate.pem
${KEY}            ${OUTPUT_DIR}/key.pem


*** Test Cases ***
Page Comes By TLS
    Start With TLS    ${SERVER}    tls
    Open Headless Browser    certificates=${CERTIFICATE}
    Page Should Contain    By https

Page Comes By HTTP 2
    Start With TLS    async    http2
    Open Headless Browser    certificates=${CERTIFICATE}
    Page Should Contain    By https
    ${protocol}    Execute Javascript
    ...    return performance.getEntriesByType("navigation")[0].nextHopProtocol
    Should Be Equal    ${protocol}    h2


*** Keywords ***
Make Certificate
    [Documentation]    Makes a certificate for this machine, which nobody has signed.
    ${openssl}    Run Process    openssl    req    -x509    -newkey    rsa:2048    -nodes    -days    2
    ...    -subj    /CN\=localhost    -addext    subjectAltName\=IP:127.0.0.1    -keyout    ${KEY}
    ...    -out    ${CERTIFICATE}
    Should Be Equal As Integers    ${openssl.rc}    0    ${openssl.stderr}

Start With TLS
    [Documentation]    Starts the application with the certificate.
    [Arguments]    ${server}    ${alias}
    VAR    &{settings}    server.ssl_certificate=${CERTIFICATE}    server.ssl_private_key=${KEY}
    VAR    &{config}    global=${settings}
    Start Server    tls_app:Page    server=${server}    config=${config}    alias=${alias}
