*** Settings ***
Documentation    Each user sees what the role allows.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    roles_app:Articles    server=${SERVER}
Test Template    Status Should Be


*** Variables ***
${SERVER}    threaded
${ADA}       ${{ ("ada", "engine") }}
${GRACE}     ${{ ("grace", "compiler") }}
${EVE}       ${{ ("eve", "engine") }}


*** Test Cases ***      PATH     STATUS
Reader Reads            /        200       auth=${ADA}
Reader Does Not Edit    /edit    403       auth=${ADA}
Editor Edits            /edit    200       auth=${GRACE}
Nobody                  /        401
Stranger                /        401       auth=${EVE}
