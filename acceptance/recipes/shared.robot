*** Settings ***
Documentation    All requests share a dictionary.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    shared_app:application    server=${SERVER}


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Word Is Translated
    Page Should Say    /word/tea    Tee

Word That Nobody Knows
    Status Should Be    /word/coffee    404

Dictionary Is There After A Restart
    Restart Server
    Page Should Say    /word/book    Buch
