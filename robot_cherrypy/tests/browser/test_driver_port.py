"""A driver that finds its port taken is started again."""

import pytest

from robot_cherrypy.browser.drivers import GuardedChromeService
from robot_cherrypy.errors import BrowserError

DRIVER = """\
#!/bin/sh
echo started >> {starts}
if [ $(wc -l < {starts}) -lt {good} ]; then
    echo 'IPv4 port not available. Exiting...'
    exit 1
fi
echo 'ChromeDriver was started successfully on port 4567.'
exec sleep 60
"""


@pytest.fixture
def service(tmp_path):
    """Return a function that makes a service whose driver listens at the given start."""
    driver, starts = tmp_path / "driver", tmp_path / "starts"

    def make(good):
        driver.write_text(DRIVER.format(starts=starts, good=good))
        driver.chmod(0o700)
        return GuardedChromeService(executable_path=str(driver)), starts

    return make


def test_taken_port_is_tried_again(service):
    """The second start is a good one."""
    made, starts = service(good=2)
    made.start()
    try:
        assert (4567, 2) == (made.port, len(starts.read_text().splitlines()))
    finally:
        made.stop()


def test_there_is_an_end_to_trying(service):
    """A port that never comes free is an error in the end."""
    made, starts = service(good=100)
    with pytest.raises(BrowserError, match="port not available"):
        made.start()
    assert 5 == len(starts.read_text().splitlines())
