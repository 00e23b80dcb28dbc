*** Settings ***
Documentation    Is killed while hosts run, one of which is cut off.

Library          OperatingSystem
Library          robot_cherrypy
Resource         ../resources/hosts.resource


*** Test Cases ***
Wait For The End
    Start The Shop On Hosts
    Disconnect Host    host3
    Create File    ${OUTPUT_DIR}/in-the-middle
    Sleep    5 minutes
