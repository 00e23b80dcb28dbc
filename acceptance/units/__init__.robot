*** Settings ***
Documentation    Hosts with systemd, and stacks of units. Where none can be started, or their system is not installed, these
...              suites are skipped with the reason. `tox -e units` installs it, on a bare Debian machine too.

Resource         ../resources/units.resource

Suite Setup      Skip Without Units

Test Tags        containers    units
