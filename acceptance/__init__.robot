*** Settings ***
Documentation    What robot_cherrypy can do, shown by using it on CherryPy applications.
Metadata         Server    ${SERVER}


*** Variables ***
${SERVER}    threaded
