*** Settings ***
Documentation    Members log in, and others see nothing.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    login_app:Site    server=${SERVER}


*** Variables ***
${SERVER}    threaded
&{ADA}       name=ada    password=difference engine
&{EVE}       name=eve    password=difference engine


*** Test Cases ***
Members Need A Name
    Status Should Be    /members/    303

Member Logs In And Out
    Status Should Be    /login    303    POST    data=${ADA}
    Page Should Say    /members/    Hello, ada.
    Status Should Be    /logout    303    POST
    Status Should Be    /members/    303

Stranger Is Refused
    Status Should Be    /login    403    POST    data=${EVE}
