*** Settings ***
Documentation    Tests that fail while the clock is moved, and one after them.

Library          DateTime
Library          robot_cherrypy


*** Test Cases ***
Fail Far Away
    [Timeout]    30 seconds
    Travel To    2041-01-01 12:00
    Log    Robot's own time is not moved.
    Fail    Lost in time.

Fail In Time
    [Timeout]    300 milliseconds
    Freeze Time    2041-01-01 12:00
    Sleep    30 seconds

It Is Now
    ${year}    Get Current Date    result_format=%Y
    Should Be True    ${year} < 2041
