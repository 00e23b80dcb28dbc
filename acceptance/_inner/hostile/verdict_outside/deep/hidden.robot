*** Settings ***
Documentation    Asks for pages without a word about their server.

Library          ../../../../resources/client.py


*** Test Cases ***
Hidden Error In A Folder Inside
    Get Page    ${URL}/tea?name=oolong

Innocent Page In A Folder Inside
    Get Page    ${URL}/
