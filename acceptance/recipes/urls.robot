*** Settings ***
Documentation    Parts of the path are arguments of pages.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    urls_app:Library    server=${SERVER}
Test Template    Page Should Say


*** Variables ***
${SERVER}    threaded


*** Test Cases ***     PATH                       TEXT
No Value               /shelves/                  all shelves
Value At The End       /shelves/poetry/           shelf poetry
Value In The Middle    /shelves/poetry/books/     books of poetry
Two Values             /shelves/poetry/books/3    book 3 of poetry
