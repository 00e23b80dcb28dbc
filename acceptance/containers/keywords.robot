*** Settings ***
Documentation    Containers are started, used, broken and brought back.

Resource         ../resources/containers.resource

Suite Setup      Start The Shop


*** Test Cases ***
Started Containers Are Ready
    ${text}    Status Should Be    ${SHOP_URL}/    200
    Should Be Equal    ${text}    hello red
    Status Should Be    ${SHOP_URL}/store    200

Service Of A Profile Is Not Started
    ${names}    Get Containers    ${ENGINE}    ${PROJECT}
    VAR    @{expected}    ${PROJECT}-migration-1    ${PROJECT}-shop-1    ${PROJECT}-store-1
    Should Be Equal    ${names}    ${expected}

Command Runs In A Container
    ${text}    Run In Container    shop    echo "$COLOUR"; touch /orders/first
    Should Be Equal    ${text}    red
    Run Keyword And Expect Error    EQUALS:'exit 3' in service 'shop' ended with exit code 3. It printed: nothing
    ...    Run In Container    shop    exit 3

Killed Container Comes Back At The Same URL
    Kill Container    shop
    Shop Should Not Answer    ${SHOP_URL}/
    Run Keyword And Expect Error    *does not run: it is exited.    Pause Container    shop
    Restart Container    shop
    Status Should Be    ${SHOP_URL}/    200
    Run In Container    shop    ls /orders/first

Paused Container Does Not Answer
    Pause Container    shop
    Shop Should Not Answer    ${SHOP_URL}/
    Resume Container    shop
    Status Should Be    ${SHOP_URL}/    200
    Run Keyword And Expect Error    *is not paused: it is running.    Resume Container    shop

Disconnected Container Is Not Reached
    Disconnect Container    store
    Status Should Be    ${SHOP_URL}/store    503
    Reconnect Container    store
    Shop Should Reach The Store
    Run Keyword And Expect Error    *was not disconnected.    Reconnect Container    store

Container Is Cut Off One Network Of Two
    Disconnect Container    shop    back
    Status Should Be    ${SHOP_URL}/store    503
    Reconnect Container    shop
    Shop Should Reach The Store
    Run Keyword And Expect Error    *is not connected to network 'front'.*    Disconnect Container    shop    front

Service Has Several Containers
    Scale Service    shop    3
    ${first}    Run In Container    shop    hostname
    ${third}    Run In Container    shop    hostname    index=3
    Should Not Be Equal    ${first}    ${third}
    ${url}    Get Container Url    shop    8080    index=3
    Status Should Be    ${url}/store    200
    Scale Service    shop    1
    Run Keyword And Expect Error    EQUALS:Service 'shop' has no container number 3.
    ...    Get Container Url    shop    8080    index=3

Single Container Works In Three Lines
    ${address}    Start Container    python:3-slim    8000    python3    -m    http.server    8000
    ...    alias=files    engine=${ENGINE}
    Status Should Be    http://${address}/    200
    Stop Containers    files

Image Is Built And Used
    ${image}    Build Image    ${SHOP}    tag=shop:test    engine=${ENGINE}    COLOUR=blue
    ${address}    Start Container    ${image}    8080    alias=blue    engine=${ENGINE}    GREETING=good day
    ${text}    Status Should Be    http://${address}/    200
    Should Be Equal    ${text}    good day blue

Several Projects Of One File Run At Once
    ${other}    Start Containers    ${SHOP}/compose.yaml    services=shop,mail    engine=${ENGINE}
    ${url}    Get Container Url    mail    8025
    Status Should Be    ${url}/    200
    Status Should Be    ${SHOP_URL}/    200
    Stop Containers
    Nothing Should Be Left    ${ENGINE}    ${other}
