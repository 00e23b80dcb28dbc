*** Settings ***
Documentation    Prometheus reads how the shop is doing.

Library          robot_cherrypy
Library          visitor.py

Suite Setup      Start Server    metrics_app:Shop    server=${SERVER}


*** Variables ***
${SERVER}    threaded


*** Test Cases ***
Request Is Counted
    Page Should Say    /order/oolong    oolong is on its way.
    Page Should Say    /metrics    request_seconds_count{page="order",status="200"} 1.0
