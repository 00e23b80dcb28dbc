*** Settings ***
Documentation    Keywords about servers fail with a message that says what to do.

Resource         ../resources/servers.resource

Test Teardown    Stop All Servers


*** Test Cases ***
Module Does Not Exist
    Start Should Fail    sample_app.knids:Pages
    ...    Module 'sample_app.knids' does not exist. Did you mean 'sample_app.kinds'?

Attribute Does Not Exist
    Start Should Fail    sample_app.kinds:Page
    ...    Module 'sample_app.kinds' has no attribute 'Page'. Did you mean 'Pages'?

Nothing Is Named
    Start Should Fail    :Pages
    ...    ':Pages' names no application: write 'module:attribute', such as 'shop.web:Root'.

Module Raises When Imported
    Start Should Fail    sample_app.broken:Root
    ...    Importing 'sample_app.broken' raised RuntimeError: out of order (${EXECDIR}/sample_app/broken.py, line 3).

Module Mounts Nothing
    Start Should Fail
    ...    sample_app.misbehaving
    ...    Module 'sample_app.misbehaving' mounts nothing on cherrypy.tree. Did you mean 'sample_app.misbehaving:Restless' or 'sample_app.misbehaving:Quitting' or 'sample_app.misbehaving:Coroutines' or 'sample_app.misbehaving:StartListenerRaises' or 'sample_app.misbehaving:StopListenerRaises'?

Class Cannot Be Instantiated
    Start Should Fail
    ...    sample_app.refusing:Refusing
    ...    Making 'sample_app.refusing:Refusing' raised RuntimeError: no database (${EXECDIR}/sample_app/refusing.py, line 8).

Attribute Is No Application
    Start Should Fail
    ...    sample_app.misbehaving:sys.maxsize
    ...    'sample_app.misbehaving:sys.maxsize' is no application: int has no exposed page handlers and is no WSGI or ASGI callable.

Port Is Taken
    ${url}    Start    kinds:Pages
    VAR    ${port}    ${url.rpartition(':')[2]}
    Run Keyword And Expect Error
    ...    EQUALS:Server 'other' did not start: 127.0.0.1:${port} cannot be bound: Address already in use. Server 'sample_app.kinds:Pages' of this run listens there.
    ...    Start
    ...    kinds:Pages
    ...    alias=other
    ...    port=${port}
    Page Should Be    ${url}    Mounted at /

Alias Is Taken
    Start    kinds:Pages    alias=shop
    Run Keyword And Expect Error
    ...    EQUALS:A server with alias 'shop' is running: stop it or choose another alias.
    ...    Start    kinds:Pages    alias=shop

Mount Is No Path
    Start Should Fail    sample_app.kinds:Pages    'shop' is no path: it has to begin with a slash.
    ...    mount=shop

Application Has Another Path Of Its Own
    Start Should Fail    sample_app.kinds:application
    ...    'sample_app.kinds:application' is a cherrypy.Application for /app: it cannot be mounted at /shop.
    ...    mount=/shop

Configuration File Does Not Exist
    Start Should Fail    sample_app.kinds:Pages    Configuration file 'missing.conf' does not exist.
    ...    config=missing.conf

Configuration Mixes Sections And Entries
    VAR    &{section}    a=1
    VAR    &{config}    /=${section}    b=2
    Start Should Fail    sample_app.kinds:Pages
    ...    Configuration mixes sections with entries outside of any: b.    config=${config}

Server Kind Is Unknown
    Run Keyword And Expect Error
    ...    EQUALS:ValueError: Argument 'server' got value 'fast' that cannot be converted to 'threaded' or 'async' or None.
    ...    Start Server
    ...    sample_app.kinds:Pages
    ...    server=fast

No Server Runs That Could Be Stopped
    Run Keyword And Expect Error    EQUALS:No server is running: use 'Start Server' first.    Stop Server

Unknown Server Cannot Be Used
    [Template]    Run Keyword And Expect Error
    EQUALS:No server with alias 'shop' is running. Running: none.    Stop Server    shop
    EQUALS:No server with alias 'shop' is running. Running: none.    Restart Server    shop
    EQUALS:No server with alias 'shop' is running. Running: none.    Switch Server    shop
    EQUALS:No server with alias 'shop' is running. Running: none.    Get Server Url    shop

Server Should Be Running Fails
    Run Keyword And Expect Error    EQUALS:A server should be running, but none was started.
    ...    Server Should Be Running
    Run Keyword And Expect Error    EQUALS:Server 'shop' should be running, but it is not started.
    ...    Server Should Be Running    shop

Server Should Not Be Running Fails
    ${url}    Start    kinds:Pages    alias=shop
    Run Keyword And Expect Error
    ...    EQUALS:Server 'shop' should not be running, but it answers at ${url}.
    ...    Server Should Not Be Running

Application That Is Not Mounted Cannot Be Unmounted
    Start    kinds:Pages    alias=shop
    Run Keyword And Expect Error
    ...    EQUALS:Server 'shop' has no application at /counter. Mounted: /.
    ...    Unmount Application    /counter

Application That Does Not Exist Cannot Be Mounted
    ${url}    Start    kinds:Pages
    Run Keyword And Expect Error
    ...    EQUALS:Module 'sample_app.kinds' has no attribute 'Page'. Did you mean 'Pages'?
    ...    Mount Application    sample_app.kinds:Page    /more
    Page Should Be    ${url}    Mounted at /
