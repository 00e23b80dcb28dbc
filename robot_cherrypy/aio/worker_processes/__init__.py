"""Several processes that serve one application on one socket, to use all processors.

The parent binds the socket, starts the worker processes, and replaces those that end. It runs no
code of the application. Each worker process runs the command of the parent anew, from its first
line on, and finds in its environment that it is one. So it imports the application as the command
alone would, and after a reload the application's new code.

uvicorn's `Multiprocess` was considered (0.54, `supervisors/multiprocess.py`): it starts a worker
process that fails at its start again and again, without a pause, and a reload stops the old one
before the new one serves.
"""
