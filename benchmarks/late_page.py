"""How often a test fails on a page that changes late, with `retry_checks` and without.

    python benchmarks/late_page.py [runs]

A page changes after a random time of up to 0.8 s. Each run loads it, clicks on a button that comes
late, and checks a text that comes late after the click. Prints how many of the runs failed, and
what `retry_checks` costs a test that needs no wait: one whose page is complete when it is loaded.
"""

import statistics
import sys
import tempfile
from pathlib import Path

import robot
from robot.api import ExecutionResult

SUITE = """
*** Settings ***
Library           robot_cherrypy    {options}
Library           SeleniumLibrary    run_on_failure=NOTHING
Suite Setup       Open Late
Suite Teardown    Close All Browsers

*** Keywords ***
Open Late
    Start Server    late_page:Late
    Open Headless Browser    /?most=0

*** Test Cases ***
{tests}
"""
LATE = """
Late {number}
    Go To Page    /?most=800
    Click Button    go
    Element Text Should Be    said    clicked
"""
COMPLETE = """
Complete {number}
    Go To Page    /?most=0
    Click Button    go
    Element Text Should Be    said    clicked
    Page Should Contain    clicked
    Title Should Be    Late
"""
APPLICATION = '''
import cherrypy

PAGE = """<!DOCTYPE html><title>Late</title><p id="said"></p><script>
const late = (change) => {most} ? setTimeout(change, Math.random() * {most}) : change();
late(() => {{
  const button = document.createElement("button");
  button.id = "go";
  button.textContent = "Go";
  button.onclick = () => late(() => {{ document.getElementById("said").textContent = "clicked"; }});
  document.body.append(button);
}});
</script>"""


class Late:
    @cherrypy.expose
    def index(self, most):
        return PAGE.format(most=most)
'''
WAYS = {
    "plain SeleniumLibrary": "wait_after_clicks=False",
    "wait_after_clicks, the default": "",
    "retry_checks=5 s": "retry_checks=5 s",
}


def results(folder, options, test, runs):
    """Run tests; return how many failed, and the median time of those that passed in seconds."""
    tests = "".join(test.format(number=number) for number in range(runs))
    suite = folder / "late.robot"
    suite.write_text(SUITE.format(options=options, tests=tests))
    options = {"log": None, "report": None, "console": "none", "pythonpath": str(folder)}
    robot.run(suite, outputdir=folder, **options)
    found = list(ExecutionResult(folder / "output.xml").suite.all_tests)
    passed = [each.elapsed_time.total_seconds() for each in found if each.passed]
    return len(found) - len(passed), statistics.median(passed or [0])


def main(runs):
    """Print all figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "late_page.py").write_text(APPLICATION)
        for way, options in WAYS.items():
            failed, median = results(folder, options, LATE, runs)
            print(f"{way:32} {failed:4} of {runs} runs failed; median {median:.3f} s", flush=True)
        medians = {}
        for way in [*WAYS] * 3:  # alternately, as the machine may be slower at times
            _failed, median = results(folder, WAYS[way], COMPLETE, max(1, runs // 15))
            medians.setdefault(way, []).append(median)
        for way, found in medians.items():
            print(f"{way:32} {statistics.median(found) * 1000:4.0f} ms for a test without waits")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
