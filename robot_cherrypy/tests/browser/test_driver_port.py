"""A driver whose port is taken is started again."""

import pytest

from robot_cherrypy.browser.drivers import _GuardedChromeService
from robot_cherrypy.errors import BrowserError

DRIVER = """\
#!/bin/sh
echo started >> {starts}
if [ $(wc -l < {starts}) -lt {listens_at} ]; then
    echo 'IPv4 port not available. Exiting...'
    exit 1
fi
echo 'ChromeDriver was started successfully on port 4567.'
exec sleep 60
"""


@pytest.fixture
def service(tmp_path):
    """Return a function that makes a service whose driver listens at its n-th start only."""
    driver, starts = tmp_path / "driver", tmp_path / "starts"

    def make(listens_at):
        driver.write_text(DRIVER.format(starts=starts, listens_at=listens_at))
        driver.chmod(0o700)
        return _GuardedChromeService(executable_path=str(driver)), starts

    return make


def test_taken_port_is_tried_again(service):
    """If the driver listens at its second start, the service has that port."""
    guarded, starts = service(listens_at=2)
    guarded.start()
    try:
        assert (4567, 2) == (guarded.port, len(starts.read_text().splitlines()))
    finally:
        guarded.stop()


def test_attempts_are_limited(service):
    """After five starts, a taken port is an error."""
    guarded, starts = service(listens_at=100)
    with pytest.raises(BrowserError, match="port not available"):
        guarded.start()
    assert 5 == len(starts.read_text().splitlines())
