*** Settings ***
Library           robot_cherrypy    timeout=1 minute
Library           SeleniumLibrary    run_on_failure=NOTHING
Suite Setup       Start Server    basket:Basket


*** Test Cases ***
Order Is Confirmed
    VAR    ${grams}    250
    Open Headless Browser    /order?grams=${grams}
    Element Should Contain    css:h1    Order received
