*** Settings ***
Documentation     The application writes its log.

Library           OperatingSystem
Library           robot_cherrypy
Library           visitor.py

Suite Setup       Set Environment Variable    SHOP_LOG    ${OUTPUT_DIR}/shop.log
Suite Teardown    Run Keywords    Remove Environment Variable    SHOP_LOG
...                   AND    Remove File    ${OUTPUT_DIR}/shop.log


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Order Is In The Log
    Start Server    log_files_app:application    server=${SERVER}
    Page Should Say    /order/oolong    Thank you.
    Wait Until Server Is Idle
    ${log}    Get File    ${OUTPUT_DIR}/shop.log
    Should Match Regexp    ${log}    SHOP .*oolong was ordered
    Should Contain    ${log}    "GET /order/oolong HTTP/1.1" 200
