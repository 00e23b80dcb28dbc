"""Every patch: a change of how code that is not ours behaves, one function for each.

A patch is a function whose first argument is a `replacements.Replacements`, through which it puts
its changes in place; all are taken out again, the last one first. `replacements.active` makes a
context manager of a patch. Importing a module of this room changes nothing. Each docstring says
why the patch exists, and names the upstream version, file and function.

module                   | what it changes                                   | used by
-------------------------|---------------------------------------------------|----------
background_task          | CherryPy's background tasks                       | harness
breakpoints              | `sys.breakpointhook`                              | pausing
configuration_view       | `cherrypy.config.copy`                            | harness
context_serving          | `cherrypy.serving`                                | aio
cooperation              | where CherryPy calls other people's code or waits | aio
dispatcher               | CherryPy's default dispatcher                     | aio
engine_calls             | calls of `cherrypy.engine`                        | harness
finalizers               | `sys.unraisablehook`                              | traffic
http_errors              | `cherrypy.HTTPError`, error pages                 | traffic
library_keywords         | what is found out about keywords of libraries     | running
logged_records           | `logging.Logger`, `logging.config`                | traffic
multiprocessing_stand_in | `sys.modules`, while uvicorn is imported          | aio
quickstart               | `cherrypy.quickstart`                             | harness
ranges                   | how CherryPy reads a Range header                 | aio
real_time                | a traveller of time-machine                       | harness
selenium_keywords        | how SeleniumLibrary runs keywords, logs and sends  | pages
server_stop              | one cheroot server                                | websocket
speed                    | how CherryPy handles a request                    | aio
standing_time            | `time` in modules of others that wait             | pausing
thread_origin            | `threading.Thread`                                | traffic
views                    | where Flask, Django and Starlette call a view     | traffic

Not a patch, and so not here:

- the use of what somebody else's code offers for extension: listeners on the bus, hooks in
  `Request.hooks`, log handlers, subclasses, Django's `server_class`;
- values that it offers to be set: `cherrypy.config`, `cherrypy.tree`, `cherrypy.server`,
  `cherrypy.log`, the state of the bus, `sys.path`, `os.environ`. `harness.process_state` restores
  those that a test run changes;
- attributes of objects that our own code has made, such as a server or a request.
"""
