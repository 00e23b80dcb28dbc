*** Settings ***
Documentation    Is killed while hosts with systemd run, one of which is cut off.

Library          OperatingSystem
Library          robot_cherrypy
Resource         ../resources/units.resource


*** Test Cases ***
Wait For The End
    Start The Shop As Units
    Disconnect Host    host2
    Create File    ${OUTPUT_DIR}/in-the-middle
    Sleep    5 minutes
