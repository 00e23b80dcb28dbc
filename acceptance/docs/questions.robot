*** Settings ***
Documentation    What people have asked in public, in their words, is answered by one of the first three results: in
...              the FAQ and the issues of CherryPy (90, 550, 563, 876, 1101, 1349, 1498, 1792, 1798, 1942, 2070)
...              and cheroot (89), on blogs, and in the issues of Robot Framework (3127), SeleniumLibrary (1777, 1792), drivers and
...              applications.

Resource         ../resources/docs.resource

Test Template    Search Should Answer


*** Test Cases ***        QUESTION                                                                               SECTION
Domains                   How do I serve multiple domains on one host?                                           recipes/urls.html#how-do-i-serve-several-domains
Static Files              CherryPy serves my HTML but not my CSS, Javascript, or images                          tutorials/cherrypy/05-static.html
Upload                    Restricting File Upload?                                                               recipes/pages.html#how-do-i-upload-a-file
Port                      cherrypy.process.wspbus.ChannelFailures: Timeout('Port 7077 not free on 0.0.0.0.',)    troubleshooting.html
Session Lock              session handling hangs server                                                          recipes/members.html#why-does-a-request-hang
Stop                      waits indefinitely for a thread called _serve_unservicable when exiting                troubleshooting.html
Without A Browser         Integration tests with CherryPy and requests                                           recipes/testing.html
Stale Element             How we can deal with stale element reference with selenium                             waiting.html
Browser In A Container    WebDriverError: unknown error: DevToolsActivePort file doesn't exist                   troubleshooting.html
Setup Of All Suites       Execution level setup & teardown with Robot Framework                                  recipes/runs.html#how-do-i-start-the-server-once
Date                      How to mock date in robotframework?                                                    recipes/testing.html
Download                  Headless chrome / Firefox with link click download                                     recipes/testing.html
Reverse Proxy             Wrong address with reverse proxy on some GET requests                                  recipes/operation.html
Access Log                Is there any way to display (and optionally write to a file) the access log?           recipes/operation.html
Page Not Found            Ability to have different custom 404 page                                              recipes/pages.html
Fixtures                  CherryPy and pytest fixtures in tests' class                                           recipes/testing.html
Flaky Tests               Selenium tests are flaky                                                               recipes/runs.html
HTTPS                     Does CherryPy support https?                                                           recipes/operation.html
Phones                    Test various mobile device and browser                                                 phone.html
Idle                      Why does CherryPy take CPU/RAM even though it's not yet receiving requests?            recipes/operation.html
Redirect                  https index redirects to http signin form                                              recipes/operation.html
Large Request             Limit size of request header and body                                                  recipes/pages.html
Thread Of Its Own         Starting CherryPy in a Thread Locks when the Engine Restarted                          core/bus.html
Other Threads             engine.block() waits ALL threads to finish before exit                                 core/bus.html
Connections               How to use one database connection per thread                                          asyncio.html
Many Requests             Can CherryPy serve several requests at the same time?                                  asyncio.html
Speed                     How fast is CherryPy?                                                                  asyncio.html
Autoreload                Autoreload does not work                                                               recipes/operation.html
