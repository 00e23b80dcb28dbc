*** Settings ***
Documentation    A stack of units is deployed on hosts with systemd, of which one after the other is lost and comes back.

Library          SeleniumLibrary
Resource         ../resources/units.resource

Suite Setup      Start The Shop As Units
Test Timeout     8 minutes


*** Test Cases ***
Deployed Stack Is Ready
    ${url}    Get Service Url    web    8000
    Open Headless Browser    ${url}/
    Element Text Should Be    tag:h1    Welcome
    ${hosts}    Shop Should Be On    2
    Length Should Be    ${hosts}    2
    [Teardown]    Close All Browsers

Service Is Scaled
    Scale Service    web    3
    Shop Should Be On    3
    Registry Should Have    3
    Scale Service    web    2
    ${hosts}    Shop Should Be On    2
    Length Should Be    ${hosts}    2
    Registry Should Have    2

Killed Host Is Out Of Service And Comes Back
    Kill Host    host2
    Run Keyword And Expect Error    EQUALS:Host 'host2' does not run.    Kill Host    host2
    Run Keyword And Expect Error    Host 'host2' cannot be drained: *    Drain Host    host2
    Registry Should Have    1
    Scale Service    web    2
    Registry Should Have    2
    Restart Host    host2
    Shop Should Be On    3
    Wait Until Service Has Replicas    directory    2
    Registry Should Have    3    host=host2
    [Teardown]    Scale Service    web    2

Host That Is Cut Off Is Out Of Service And Comes Back
    Disconnect Host    host2
    Run Keyword And Expect Error    EQUALS:Host 'host2' is disconnected already.    Disconnect Host    host2
    ${hosts}    Shop Should Be On    1
    Should Not Contain    ${hosts}    host2
    Registry Should Have    1
    Reconnect Host    host2
    Run Keyword And Expect Error    EQUALS:Host 'host2' was not disconnected.    Reconnect Host    host2
    Registry Should Have    2

Drained Host Has No Instances
    Drain Host    host2
    ${hosts}    Shop Should Be On    2
    Should Not Contain    ${hosts}    host2
    Registry Should Have    2
    Resume Host    host2
    Scale Service    web    3
    ${hosts}    Shop Should Be On    3
    Should Contain    ${hosts}    host2
    Scale Service    web    2

Changed Stack Is Deployed Again
    ${folder}    Copy Of The Shop With    Hello
    Deploy Stack    ${folder}    name=shop
    ${url}    Get Service Url    web    8000
    Body Should Be    ${url}/    <title>Shop</title><h1>Hello</h1>\n
    Deploy Stack    ${UNITS_SHOP}    name=shop
    Shop Should Be On    2


*** Keywords ***
Copy Of The Shop With
    [Documentation]    Returns a folder with the units of the shop, whose page says something else.
    [Arguments]    ${heading}
    VAR    ${folder}    ${OUTPUT_DIR}/changed_shop
    Evaluate    shutil.copytree($UNITS_SHOP, $folder, dirs_exist_ok=True)
    Evaluate    pathlib.Path($folder, "page.html").write_text("<title>Shop</title><h1>" + $heading + "</h1>\\n")
    RETURN    ${folder}
