*** Settings ***
Documentation    Changes of CherryPy's global state by an application are put back between tests.

Library          Collections
Library          OperatingSystem
Library          ../resources/inner_runs.py
Resource         ../resources/shop.resource

Test Teardown    Close Shop


*** Test Cases ***
Changes Of An Application Are Put Back
    ${url}    Open Shop
    Visit    /untidy
    Status Should Be    ${url}/sale    200
    ${changes}    Reset Server State
    VAR    @{expected}    application at /sale    cherrypy.config: tea.discount
    ...    configuration of /, section /tea: response.timeout    cherrypy.tools: tea
    ...    graceful listener LogManager.reopen_files    log listener _listen
    Lists Should Be Equal    ${changes}    ${expected}
    Status Should Be    ${url}/sale    404

Nothing Is Put Back If Nothing Was Changed
    Open Shop
    Visit    /tea?name=assam
    ${changes}    Reset Server State
    Should Be Empty    ${changes}

Sessions In Memory Are Deleted
    VAR    &{config}    tools.sessions.on=True
    Open Shop    config=${config}
    ${id}    Seed Session    user=ann
    ${changes}    Reset Server State
    Should Be Equal    ${changes}    ${{['1 sessions of RamSession']}}
    Run Keyword And Expect Error    STARTS:There is no session    Get Session    session_id=${id}

Sessions In Files Are Deleted Except For Older Ones
    VAR    ${folder}    ${TEMPDIR}/robot-cherrypy-sessions-${{ uuid.uuid4() }}
    Open Shop With Session Files    ${folder}
    ${older}    Seed Session    user=ann
    Restart Server
    ${newer}    Seed Session    user=bob
    ${changes}    Reset Server State
    Should Be Equal    ${changes}    ${{['1 sessions in ' + os.path.realpath($folder)]}}
    ${session}    Get Session    session_id=${older}
    Should Be Equal    ${session}[user]    ann
    Run Keyword And Expect Error    STARTS:There is no session    Get Session    session_id=${newer}
    [Teardown]    Close Shop And Remove    ${folder}

Changes That Cannot Be Put Back Are Reported
    Run Inner Suite    untidy.robot    --variable    SERVER:${SERVER}
    Inner Run Should Have Reported
    ...    Server 'shop' has changed, and was not put back: Faulty.discounts of /: 0 to 1
    Delete Inner Reports

Server In A Child Process Cannot Be Reset
    Open Shop    isolation=process
    Run Keyword And Expect Error
    ...    EQUALS:Server 'shop' runs in another process: 'Reset Server State' needs isolation=thread. 'Restart Server' makes everything anew.
    ...    Reset Server State


*** Keywords ***
Open Shop With Session Files
    [Documentation]    Starts the application with sessions in files of a folder.
    [Arguments]    ${folder}
    Create Directory    ${folder}
    VAR    &{config}    tools.sessions.on=True    tools.sessions.storage_path=${folder}
    ...    tools.sessions.storage_class=${{ cherrypy.lib.sessions.FileSession }}
    Open Shop    config=${config}

Close Shop And Remove
    [Documentation]    Stops the application and deletes the folder of its sessions.
    [Arguments]    ${folder}
    Close Shop
    Remove Directory    ${folder}    recursive=True
