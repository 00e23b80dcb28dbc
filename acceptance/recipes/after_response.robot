*** Settings ***
Documentation    The visitor does not wait for what comes after.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    after_response_app:Orders    server=${SERVER}


*** Variables ***
${SERVER}    threaded
&{ORDER}     tea=oolong


*** Test Cases ***
Order Is Sent Afterwards
    ${page}    Visit    /order    POST    data=${ORDER}
    Should Be Equal    ${page.text}    Thank you.
    Wait Until Server Is Idle
    Page Should Say    /    Sent: oolong
