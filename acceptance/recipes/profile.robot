*** Settings ***
Documentation    A page tells where its time goes.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    profile_app:Pages    server=${SERVER}


*** Variables ***
${SERVER}     threaded
&{PROFILE}    profile=1


*** Test Cases ***
Page Is As Before
    Page Should Say    /    tea tea tea

Functions Are Listed
    ${page}    Visit    /    params=${PROFILE}
    Should Match Regexp    ${page.text}    profile_app.py:\\d+\\(sentence\\)
