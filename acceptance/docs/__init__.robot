*** Settings ***
Documentation     The documentation site, on a server and in a browser that all its suites share.

Resource          ../resources/docs.resource

Suite Setup       Open Site
Suite Teardown    Close Site

Test Tags         site
