*** Settings ***
Documentation    Messages of keywords about containers that fail name the cause.

Library          OperatingSystem
Resource         ../resources/containers.resource

Test Teardown    Nothing Should Be Left    ${ENGINE}    faulty


*** Variables ***
${FILES}    ${CURDIR}/faulty


*** Test Cases ***
No Containers Were Started
    Run Keyword And Expect Error    EQUALS:No containers were started: use 'Start Containers' first.
    ...    Get Container Url    shop    8080
    Run Keyword And Expect Error    EQUALS:No containers of project '' were started. Started: none.
    ...    Stop Containers
    Run Keyword And Expect Error    EQUALS:No containers were started: use 'Start Containers' first.
    ...    Kill Container    shop
    Run Keyword And Expect Error    EQUALS:No containers were started: use 'Start Containers' first.
    ...    Restart Container    shop
    Run Keyword And Expect Error    EQUALS:No containers were started: use 'Start Containers' first.
    ...    Scale Service    shop    2

There Is No Compose File
    Run Keyword And Expect Error    There is no compose file '*nowhere.yaml'.
    ...    Start Containers    nowhere.yaml    engine=${ENGINE}

Compose File Is Wrong
    Run Keyword And Expect Error    The compose file '*broken.yaml' is wrong: *did not find expected*
    ...    Start Containers    ${FILES}/broken.yaml    engine=${ENGINE}

There Is No Such Service
    Run Keyword And Expect Error
    ...    There is no service 'stor'. Services: 'mail', 'migration', 'shop', 'store'. Did you mean 'store'?
    ...    Start Containers    ${SHOP}/compose.yaml    services=stor    engine=${ENGINE}    project=faulty

Image Is Not There
    Run Keyword And Expect Error    Project 'faulty' did not start. Docker Compose said:*nobody.invalid*
    ...    Start Containers    ${FILES}/no_image.yaml    engine=${ENGINE}    project=faulty

Container Ends
    Run Keyword And Expect Error    *ended with exit code 3. Its log ended with:\nno settings in /etc/shop
    ...    Start Containers    ${FILES}/ending.yaml    engine=${ENGINE}    project=faulty

Container Is Unhealthy
    Run Keyword And Expect Error    *its health is 'unhealthy', its check says: not yet*Its log ended with:\nstarting
    ...    Start Containers    ${FILES}/unhealthy.yaml    engine=${ENGINE}    project=faulty

Container That Others Wait For Is Unhealthy
    Run Keyword And Expect Error    Project 'faulty' did not start.*its check says: not yet*log ended with:\nstarting
    ...    Start Containers    ${FILES}/waiting.yaml    engine=${ENGINE}    project=faulty

Container Is Too Slow
    Run Keyword And Expect Error    *is not ready within *accepts no connections on port 8080*
    ...    Start Containers    ${FILES}/slow.yaml    engine=${ENGINE}    project=faulty    timeout=8 seconds

Container Ends Again And Again
    Run Keyword And Expect Error    Container 'faulty-shop-1' is not ready within *no settings in /etc/shop*
    ...    Start Containers    ${FILES}/restarting.yaml    engine=${ENGINE}    project=faulty    timeout=8 seconds

Image Cannot Be Built
    Run Keyword And Expect Error    Image 'faulty' was not built. The build said:*there is no such package*
    ...    Build Image    ${FILES}    tag=faulty    engine=${ENGINE}
    Run Keyword And Expect Error    There is no '*Dockerfile'.
    ...    Build Image    ${CURDIR}    tag=faulty    engine=${ENGINE}

Single Container Does Not Start
    Run Keyword And Expect Error    *ended with exit code 3*
    ...    Start Container    python:3-slim    80    python3    -c    raise SystemExit(3)    engine=${ENGINE}

Engine Is Not There
    [Setup]    Set Environment Variable    DOCKER_HOST    unix:///nowhere.sock
    Run Keyword And Expect Error    There is no container engine: docker *
    ...    Start Containers    ${SHOP}/compose.yaml    engine=docker
    [Teardown]    Remove Environment Variable    DOCKER_HOST

Port Is Not Published
    Start Containers    ${SHOP}/compose.yaml    services=store    engine=${ENGINE}    project=faulty
    Run Keyword And Expect Error    *does not publish port 8000. Published: none.
    ...    Get Container Url    store    8000
    Stop Containers
