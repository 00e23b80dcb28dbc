*** Settings ***
Resource          shop.resource
Suite Setup       Open Shop


*** Test Cases ***
Front Page Has A Title
    Go To Page    /
    Title Should Be    Shop
