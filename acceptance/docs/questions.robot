*** Settings ***
Documentation     What people have asked in public, in their words, is answered by one of the first results: in the FAQ
...               and the issues of CherryPy (563, 1498, 1792, 2070), on blogs, and in the issues of SeleniumLibrary
...               (1792) and of drivers.

Resource          ../resources/docs.resource

Test Template     Search Should Answer


*** Test Cases ***        QUESTION                                                                               SECTION
Domains                   How do I serve multiple domains on one host?                                           recipes/urls.html#how-do-i-serve-several-domains
Static Files              CherryPy serves my HTML but not my CSS, Javascript, or images                          tutorials/cherrypy/05-static.html
Upload                    Restricting File Upload?                                                               recipes/pages.html#how-do-i-upload-a-file
Port                      cherrypy.process.wspbus.ChannelFailures: Timeout('Port 7077 not free on 0.0.0.0.',)    troubleshooting.html
Session Lock              session handling hangs server                                                          recipes/members.html#why-does-a-request-hang
Stop                      waits indefinitely for a thread called _serve_unservicable when exiting                troubleshooting.html
Without A Browser         Integration tests with CherryPy and requests                                           recipes/testing.html#how-do-i-write-integration-tests
Stale Element             How we can deal with stale element reference with selenium                             waiting.html
Browser In A Container    WebDriverError: unknown error: DevToolsActivePort file doesn't exist                   troubleshooting.html
Setup Of All Suites       Execution level setup & teardown with Robot Framework                                  recipes/runs.html#how-do-i-start-the-server-once
