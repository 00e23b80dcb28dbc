*** Settings ***
Documentation    Pages come from templates.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    templates_app:Books    server=${SERVER}


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Template Is Filled In
    Page Should Say    /    <h1>Books</h1>
    Page Should Say    /    <li>Dombey &amp; Son
