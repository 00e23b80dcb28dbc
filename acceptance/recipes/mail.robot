*** Settings ***
Documentation     Customers get a mail, which nobody else sees.

Library           OperatingSystem
Library           robot_cherrypy
Library           mailbox_library.py
Library           visitor.py

Suite Setup       Start With Mail
Suite Teardown    Run Keywords    Stop Mail Server    AND    Remove Environment Variable    MAIL_SERVER


*** Variables ***
${SERVER}    threaded
&{ORDER}     tea=oolong    address=ada@example.org


*** Test Cases ***
Customer Gets A Mail
    Visit    /order    POST    data=${ORDER}
    Mail Should Have Come    ada@example.org    oolong is on its way.


*** Keywords ***
Start With Mail
    [Documentation]    Starts both servers, and tells the application where the mail goes.
    ${address}    Start Mail Server
    Set Environment Variable    MAIL_SERVER    ${address}
    Start Server    mail_app:Shop    server=${SERVER}
