*** Settings ***
Documentation    Asks for pages without a word about their server.

Library          ../../../resources/client.py


*** Test Cases ***
Hidden Error
    Get Page    ${URL}/tea?name=oolong

Innocent Page
    Get Page    ${URL}/
