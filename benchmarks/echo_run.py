"""Measure how long the echo test takes, and how long a bare Selenium script with the same steps.

    python benchmarks/echo_run.py

Both are run alternately, each as a whole command, with one and with six echo tests; the difference
is the time of further tests. The script checks every 0.2 s whether the page has come, as
SeleniumLibrary does. The suites wait after clicks, except for the last. Prints medians and
ratios.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 9
MORE = 5

SUITE = """\
*** Settings ***
Library    robot_cherrypy    {options}
Library    SeleniumLibrary    run_on_failure=NOTHING
Suite Setup    Open Echo

*** Test Cases ***
{tests}

*** Keywords ***
Open Echo
    Start Server    sample_app.echo:Echo
    Open Headless Browser

Echo
    Go To Page    /
    Input Text    message    Hello
    Click Button    send
    Wait Until Page Contains Element    id:echo
    Element Text Should Be    echo    Hello
"""
TEST = """\
Echo {number}
    Echo
"""

SCRIPT = """\
import sys
import threading

import cherrypy
from cherrypy._cpwsgi_server import CPWSGIServer
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

from sample_app.echo import Echo

cherrypy.config.update({{"environment": "embedded", "server.socket_port": 0}})
cherrypy.server.socket_port = 0
cherrypy.tree.mount(Echo())
server = CPWSGIServer(cherrypy.server)
server.prepare()
threading.Thread(target=server.serve, daemon=True).start()
url = "http://{{}}:{{}}/".format(*server.bind_addr)

options = webdriver.ChromeOptions()
options.binary_location = {browser!r}
for argument in {arguments!r}:
    options.add_argument(argument)
driver = webdriver.Chrome(options=options, service=Service({driver!r}))
driver.get(url)
for _ in range({tests}):
    driver.get(url)
    field = driver.find_element(By.ID, "message")
    field.clear()
    field.send_keys("Hello")
    driver.find_element(By.ID, "send").click()
    WebDriverWait(driver, 5, poll_frequency=0.2).until(presence_of_element_located((By.ID, "echo")))
    assert driver.find_element(By.ID, "echo").text == "Hello"
driver.quit()
server.stop()
"""


def main():
    """Measure, and print the results."""
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            (name, tests): make(Path(folder), tests)
            for tests in (1, 1 + MORE)
            for name, make in MAKERS.items()
        }
        times = {key: [] for key in commands}
        for _ in range(ROUNDS):
            for key, command in commands.items():
                start = time.perf_counter()
                subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
                times[key].append(time.perf_counter() - start)
    report({key: statistics.median(values) for key, values in times.items()})


def script(folder, tests):
    """Return the command of the bare script, with the library's browser, driver and arguments."""
    from robot_cherrypy.browser import Settings, find, options

    browser = find()
    file = folder / f"bare{tests}.py"
    file.write_text(
        SCRIPT.format(
            browser=str(browser.binary),
            driver=str(browser.driver),
            arguments=options(browser, Settings()).arguments,
            tests=tests,
        )
    )
    return [sys.executable, "-c", f"exec(open({str(file)!r}).read())"]


def suite(options):
    """Return a function that returns the command of a Robot run, with options of the library."""

    def make(folder, tests):
        file = folder / f"{options.replace(' ', '')}{tests}.robot"
        listed = "\n".join(TEST.format(number=number) for number in range(tests))
        file.write_text(SUITE.format(options=options, tests=listed))
        return [sys.executable, "-m", "robot", "--outputdir", str(folder / "results"), str(file)]

    return make


MAKERS = {
    "bare Selenium": script,
    "threaded": suite("server=threaded"),
    "async": suite("server=async"),
    "threaded, checks every 0.2 s": suite("server=threaded    wait_after_clicks=False"),
}


def report(medians):
    """Print seconds, and ratios to the bare script."""
    print(f"medians of {ROUNDS} alternating runs")
    bare = medians["bare Selenium", 1]
    bare_more = (medians["bare Selenium", 1 + MORE] - bare) / MORE
    for name in MAKERS:
        whole = medians[name, 1]
        more = (medians[name, 1 + MORE] - whole) / MORE
        print(
            f"{name:29} whole run {whole:.3f} s ({whole / bare:.2f}), "
            f"each further test {more * 1000:.0f} ms ({more / bare_more:.2f})"
        )


if __name__ == "__main__":
    main()
