*** Settings ***
Documentation    A report is made in the background.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    background_app:application    server=${SERVER}


*** Variables ***
${SERVER}    threaded
&{ORDER}     words=one two three


*** Test Cases ***
Report Is Made
    Status Should Be    /order    303    POST    data=${ORDER}
    Wait Until Keyword Succeeds    5 s    20 ms    Page Should Say    /report/1    3 words

Report That Nobody Has Ordered
    Status Should Be    /report/7    404
