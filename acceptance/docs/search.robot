*** Settings ***
Documentation    Readers find the page for what they ask.

Resource         ../resources/docs.resource

Test Template    Search Should Find


*** Test Cases ***           QUESTION                  PAGE
Keyword                      Start Server              reference/keywords/servers.html
Word Of A Docstring          crashed                   reference/keywords/servers.html
Option Of The Library        wait_after_clicks         reference/library.html
Option Of The Command        last-failed               reference/command.html
Setting                      lifespan_timeout          reference/settings.html
Name Of The Python API       HTTPServer                reference/api.html
Topic                        coroutine page handler    asyncio.html
Question About Files         upload a file             recipes/pages.html
Question About Protection    CORS                      recipes/members.html
Question About A Proxy       behind nginx              recipes/operation.html
Question About Tests         test that mail is sent    recipes/testing.html
Another Form Of The Word     testing phones            phone.html
