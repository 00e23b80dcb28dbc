*** Settings ***
Documentation    Hosts with Kubernetes, and clusters that there are. Where no hosts with it can be started, the suites about
...              them are skipped with the reason. `tox -e kubernetes` runs them on a bare Debian 12, and builds Kubernetes.
