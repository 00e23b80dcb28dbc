"""Keywords about servers that somebody else has started."""

from urllib.parse import urlsplit

from robot.api.deco import keyword

from robot_cherrypy.cleanup import Cleanup, Stage
from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.remote_server import RemoteServer
from robot_cherrypy.keywords.options import Options
from robot_cherrypy.keywords.reports import Reports


class RemoteServerKeywords:
    """Using servers in containers and on other hosts, and knowing what happens in them."""

    def __init__(
        self, servers: Servers, reports: Reports, options: Options, cleanup: Cleanup
    ) -> None:
        self._servers = servers
        self._options = options
        self._reports = reports
        self._cleanup = cleanup

    @keyword
    def use_server(self, url: str, alias: str | None = None) -> str:
        """Make a server that runs already, in a container or elsewhere, the current one.

        All keywords that need no server of ours then use it: browsers, WebSockets, `Get Server
        Url`. Those that look into a server or change how it responds, such as `Delay Responses`,
        fail and say so. What happens in it is known if it reports to the test: see `Receive
        Reports`. It is used until `Stop Server`, which leaves it running, or the end of the suite.

        Args:
            url: Its base URL, such as ``https://shop.example``.
            alias: Name of the server for other keywords; the URL by default.

        Returns:
            The base URL, without a trailing slash.

        Raises:
            ServerError: The URL is none of HTTP, or the alias is taken.

        Example:
        | Start Containers    compose.yaml    reports=True
        | ${url} =    Get Container Url    shop    8080
        | Use Server    ${url}    alias=shop
        | Open Headless Browser
        """
        address = urlsplit(url)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise ServerError(f"'{url}' is no URL of a server: it begins with http:// or https://.")
        name = self._servers.free_alias(alias, url.rstrip("/"))
        server = RemoteServer(name, url, self._reports.newest, self._options.long_polls)
        self._servers.use(server)
        self._cleanup.at_end_of_suite(
            f"server '{name}'", lambda: self._servers.leave(server), Stage.SERVERS
        )
        return server.url

    @keyword
    def receive_reports(
        self, host: str = "127.0.0.1", port: int = 0, name: str | None = None
    ) -> dict[str, str]:
        """Receive what servers elsewhere report: their errors, requests and logs.

        An error in such a server then fails the test whose request led to it, and its traceback,
        requests and error log are in the evidence, as if the server ran in the test.

        A server reports if its environment has the variables that this keyword returns, with the
        address and a token that is new each time. `robot-cherrypy serve` reads
        ``ROBOT_CHERRYPY_REPORT_URL`` and ``ROBOT_CHERRYPY_REPORT_TOKEN``. Those of OpenTelemetry
        (``OTEL_EXPORTER_OTLP_…``) are for services in any language whose exporter speaks OTLP over
        HTTP: spans of requests, exceptions in them, and log records of errors are read. For its
        usual encoding, protobuf, the test needs the extra ``containers``; without it the variables
        ask for JSON.
        ``OTEL_SERVICE_NAME`` names a server. Nothing goes the other way. Reports are not encrypted.

        Args:
            host: Address to bind. With any but a loopback address, others can reach it, who need
                the token. ``Start Containers    reports=True`` does all this for containers.
            port: Port to bind; 0 for any free one.
            name: Name or address by which servers reach this machine; ``host`` by default.

        Returns:
            A dictionary of environment variables.

        Raises:
            ServerError: The address cannot be bound.

        Example:
        | ${variables} =    Receive Reports    host=0.0.0.0    name=ci.example
        | Log    ${variables}[ROBOT_CHERRYPY_REPORT_URL]
        """
        return self._reports.receive(host, port, name or host)
