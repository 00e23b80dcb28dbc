"""Keywords about server errors."""

from robot.api.deco import keyword

from robot_cherrypy.errors import ServerError
from robot_cherrypy.evidence.expectations import Count, Expectation
from robot_cherrypy.evidence.judge import Judge
from robot_cherrypy.evidence.run_history import RunHistory
from robot_cherrypy.traffic.exchange import RecordedError


class ServerErrorKeywords:
    """Reading server errors, and expecting them."""

    def __init__(self, history: RunHistory, judge: Judge) -> None:
        self._history = history
        self._judge = judge

    @keyword
    def get_server_errors(self) -> list[RecordedError]:
        """Return the server errors that requests of this test led to, also the expected ones.

        Returns:
            A list, oldest first. Each has ``type``, ``message``, ``error`` (type and message),
            ``traceback``, ``handler``, ``method``, ``path``, ``status``, ``server``, and
            ``exchange``, which is the request as `Get Requests` returns it.

        Example:
        | Start Server    sample_app.faulty:Faulty
        | Open Headless Browser
        | Expect Server Error    KeyError: *
        | Go To Page    /tea?name=oolong
        | ${errors} =    Get Server Errors
        | Should Be Equal    ${errors[0].path}    /tea
        """
        self._judge.fetch_records()
        test = self._history.current_test
        return list(test.server_errors) if test else []

    @keyword
    def expect_server_error(
        self,
        pattern: str = "*",
        *,
        type: str = "",  # noqa: A002 - what the field calls it
        status: int | None = None,
        count: str = "1",
    ) -> None:
        """Expect a server error in this test, whether it comes before or after this keyword.

        An expected error does not fail the test. At its end, the test fails if an expected error
        has not come. `Stop Expecting Server Errors` ends this before.

        Args:
            pattern: Type and message of the error, such as ``ValueError: no such item*``: a pattern
                with ``*`` and ``?``, or a text after ``EQUALS:``, ``STARTS:`` or ``REGEXP:``, as in
                `Run Keyword And Expect Error`.
            type: Name of the exception's class, such as ``ValueError``; any by default.
            status: HTTP status of the response; any by default.
            count: How often the error has to come: a number, such as ``3``; ``2+`` for two times
                or more; ``any`` for an error that may come and need not. Once by default.

        Raises:
            ServerError: No test is running, or ``count`` is none of these.

        Example:
        | Start Server    sample_app.faulty:Faulty
        | Open Headless Browser
        | Expect Server Error    KeyError: 'oolong'    status=500
        | Go To Page    /tea?name=oolong
        """
        if self._history.current_test is None:
            raise ServerError("'Expect Server Error' belongs into a test: no test is running.")
        try:
            times = Count.parse(count)
        except ValueError as error:
            raise ServerError(str(error)) from error
        self._judge.expectations.add(Expectation(pattern, type, status, times))

    @keyword
    def stop_expecting_server_errors(self) -> None:
        """Check that the errors that this test expects have come, and expect none from now on.

        Errors of requests that come later fail the test, as those of any other test. Requests in
        flight have a moment to end. Without this keyword, a test expects errors up to its end.

        Raises:
            AssertionError: An expected error has not come; the message names it and the server
                errors of the test.
            ServerError: A server in a child process could not be asked for its errors.

        Example:
        | Start Server    sample_app.faulty:Faulty
        | Open Headless Browser
        | Expect Server Error    KeyError: *    count=2+
        | Go To Page    /tea?name=oolong
        | Go To Page    /tea?name=ceylon
        | Stop Expecting Server Errors
        | Go To Page    /
        """
        self._judge.wait_for_end()
        self._judge.fetch_records()
        missing = self._judge.missing()
        self._judge.expectations.stop()
        if missing:
            raise AssertionError("\n\n".join(missing))

    @keyword
    def server_should_have_no_errors(self) -> None:
        """Fail if requests of this test have led to server errors that it did not expect.

        Without this keyword, a test fails for them at its end, unless the library was imported with
        ``fail_on_server_error=False``.

        Raises:
            AssertionError: There were such errors; the message lists them.

        Example:
        | Start Server    sample_app.echo:Echo
        | Server Should Have No Errors
        """
        unexpected = self._judge.expectations.unexpected(self.get_server_errors())
        if unexpected:
            raise AssertionError("\n\n".join(f"Server error: {error}" for error in unexpected))
