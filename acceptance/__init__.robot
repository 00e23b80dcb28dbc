*** Settings ***
Documentation    What robot_cherrypy can do, shown by using it on CherryPy applications.
Metadata         Server    ${SERVER}

Test Timeout     3 minutes


*** Variables ***
${SERVER}    threaded
