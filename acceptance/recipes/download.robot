*** Settings ***
Documentation    Visitors download files.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    download_app:Downloads    server=${SERVER}


*** Variables ***
${SERVER}     threaded
&{RESUMED}    Range=bytes=0-2


*** Test Cases ***
File Is Made
    ${file}    Visit    /books
    Should Be Equal    ${file.headers}[Content-Disposition]    attachment; filename="books.csv"
    Should Contain    ${file.text}    Emma,Jane Austen

File Comes From The Disk
    Page Should Say    /source    serve_file

Download Is Resumed
    ${part}    Visit    /source    headers=${RESUMED}
    Should Be Equal As Integers    ${part.status_code}    206
    Should Be Equal    ${part.text}    """
