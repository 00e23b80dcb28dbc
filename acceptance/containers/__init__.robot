*** Settings ***
Documentation    Containers of Docker and Podman. Where there is neither, these suites are skipped with the
...              reason. `python -m robot_cherrypy.tests.container_engine robot acceptance/containers` starts engines
...              for them on a bare Debian machine.

Resource         ../resources/containers.resource

Suite Setup      Skip Without Engine

Test Tags        containers
