*** Settings ***
Documentation    Is ended from outside while a whole stack runs.

Library          OperatingSystem
Library          robot_cherrypy    timeout=60 s


*** Test Cases ***
Wait For The End
    Start PostgreSQL
    ${database}    Create Database
    Start Server    sample_app.kinds:Pages    server=${SERVER}    alias=one    isolation=process
    Start Server    sample_app.kinds:Pages    server=${SERVER}    alias=two    isolation=process
    Start Load Balancer
    Create File    ${OUTPUT_DIR}/in-the-middle
    Query Database    ${database}    SELECT pg_sleep(50)
