*** Settings ***
Documentation    Clusters of Kubernetes that there are.
