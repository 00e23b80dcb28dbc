"""Keywords that start hosts, deploy stacks on them, and lose hosts."""

from datetime import timedelta
from pathlib import Path

from robot.api.deco import keyword

from robot_cherrypy.evidence import logger
from robot_cherrypy.hosts.host_network import Disk
from robot_cherrypy.keywords.files_of_suites import found
from robot_cherrypy.keywords.running_hosts import HostEngine, RunningHosts

# How long a step may take on a busy machine. On a free one, three hosts are joined in 3 s, and
# Swarm notices after 10 to 20 that a host is dead.
_TIMEOUT = timedelta(minutes=3)


class HostKeywords:
    """Hosts of a cluster on this machine: stacks are deployed on them, and they fail."""

    def __init__(self, running: RunningHosts) -> None:
        self._running = running

    @keyword
    def start_hosts(
        self,
        number: int,
        engine: HostEngine = "swarm",
        managers: int | None = None,
        disk: Disk = "memory",
        timeout: timedelta = _TIMEOUT,
    ) -> list[str]:
        """Start hosts on one flat network and join them to a cluster; return when all are ready.

        A host is a set of namespaces of this machine with a Docker engine of its own, or with
        systemd and Podman, and can be killed as if its power had failed. Hosts reach each other and
        the test, and nothing else: they have no internet. All is removed by `Stop Hosts`, or else
        at the end of the suite that started it, even if the run is killed. For a cluster that there
        is, see `Use Hosts`.

        It needs Linux, root, and the programs of the packages ``docker.io``, ``iproute2`` and
        ``iptables``. For hosts with systemd, Debian 13 is installed at the first start, by the
        package ``mmdebstrap``; that takes a minute and 350 MB, and is kept in the cache folder of
        the user. Kubernetes is built from Debian's source package at the first start, which
        takes minutes and is kept in the cache folder of the user. That needs Debian 12 and further
        packages, which the message of the error names.

        Args:
            number: How many hosts, from 1 to 50.
            engine: What joins them: ``swarm``, which is Docker Swarm; ``units``, which is systemd
                on each host with Podman 5, and etcd 3.5 beside them at ``http://registry:2379``;
                or ``kubernetes``, which is Kubernetes 1.20, the newest that is in Debian as a
                whole.
            managers: How many of the hosts, the first, are managers, of which more than half have
                to run so that Swarm starts anything; by default 3, or 1 of fewer than 3 hosts. The
                control plane of Kubernetes is on none of the hosts, nor is the etcd of units.
            disk: Where the hosts' images and volumes are: in ``memory``, which is several times
                faster, or in a ``folder`` for temporary files. Each host has all images of its own.
            timeout: How long it may take until all are ready.

        Returns:
            The names of the hosts, ``host1`` and so on.

        Raises:
            HostError: Hosts cannot be started here, which the message explains, there are hosts
                already, or an engine did not start.

        Example:
        | Start Hosts    3    engine=swarm
        | Deploy Stack    stack.yml    name=shop
        | Kill Host    host2
        | Wait Until Service Has Replicas    web    2
        """
        seconds = timeout.total_seconds()
        names = self._running.start(engine, number, managers, disk, seconds).host_names
        logger.info(f"These hosts run: {', '.join(names)}.")
        return names

    @keyword
    def use_hosts(
        self,
        kubeconfig: Path | None = None,
        context: str | None = None,
        timeout: timedelta = _TIMEOUT,
    ) -> list[str]:
        """Use the hosts of a Kubernetes cluster that there is, such as one of kind or k3s.

        `Deploy Stack` and the other keywords then act on it, by the command ``kubectl``. Its hosts
        can be drained, but neither be killed nor be disconnected: only those of `Start Hosts` can.
        What was deployed is removed by `Stop Hosts`, or else at the end of the suite, even if the
        run is killed, and drained hosts are resumed.

        Args:
            kubeconfig: The file that says where the cluster is and who you are, from the folder of
                the suite or the current one; by default what kubectl uses: the variable
                ``KUBECONFIG``, or ``~/.kube/config``.
            context: Which cluster of the file; by default its current one.
            timeout: How long the cluster may take to respond.

        Returns:
            The names of the hosts, which Kubernetes calls nodes.

        Raises:
            HostError: There is no kubectl or no such file, the cluster does not respond, or there
                are hosts already.

        Example:
        | Use Hosts    kubeconfig=kind.yaml
        | Deploy Stack    deploy/one-node    name=shop
        | Wait Until Service Has Replicas    web    2
        """
        file = found(kubeconfig) if kubeconfig else None
        names = self._running.use(file, context, timeout.total_seconds()).host_names
        logger.info(f"These hosts are used: {', '.join(names)}.")
        return names

    @keyword
    def stop_hosts(self) -> None:
        """Stop all hosts, and remove all that is on them; of a cluster of others, only stacks.

        Raises:
            HostError: No hosts were started.

        Example:
        | Start Hosts    3
        | Stop Hosts
        """
        self._running.stop()

    @keyword
    def deploy_stack(
        self,
        path: Path,
        name: str,
        images: list[str] | str = (),  # type: ignore[assignment]
        timeout: timedelta = _TIMEOUT,
    ) -> None:
        """Deploy the services of a stack on the hosts; return when all replicas are ready.

        On Swarm the stack is a stack file, on hosts with systemd a folder of units, on Kubernetes a
        folder of kustomize, or a file or folder of manifests.

        A replica is ready when its health check passes; without one, when it runs. A container that
        has ended with exit code 0 and is not started again was a job, and is ready too. If a stack
        of this name is deployed already, it is updated, as its ``update_config`` says.

        The images that the file names are copied to the hosts from the engine of this machine,
        Docker or Podman, which downloads those that it does not have. Docker Compose 2 reads the
        file: ``pip install 'robotframework-cherrypy[containers]'``.

        On Kubernetes the stack gets a namespace of its own, whatever its manifests say, and nothing
        outside of it, such as a PersistentVolume. Jobs run anew with each deployment. A version of
        PodDisruptionBudget, CronJob or HorizontalPodAutoscaler that is too new for the cluster is
        written in the older way. Images are copied to hosts that `Start Hosts` has started; another
        cluster takes them from where it always does.

        All files of a folder of units are in ``/etc/containers/systemd`` of each host, where Podman
        makes services of its units (quadlets), and systemd's own units in ``/etc/systemd/system``.
        What has a section ``[Install]`` is started, and named in keywords as its file is, without
        ``@``. Of a template, such as ``web@.container``, as many instances are started as there are
        hosts, on different ones. Another unit is started on the first host, or, if it has
        ``ConditionHost=``, on each host that this allows. A unit that has changed, and each if
        another file has, is restarted, one after the other. Hosts know each other by their names.

        Ports are those of hosts, so that fixed ones cannot meet anything: see `Get Service Url`.
        Where the kernel lacks IPVS, a service has no address of its own, but its name stands for
        those of all its containers (``endpoint_mode: dnsrr``), and a port exists on the hosts with
        a container of the service only (``mode: host``); a warning says so.

        Args:
            path: The stack file, folder of units, of kustomize or manifests, from the folder of the
                suite or the current one.
            name: Name of the stack: lower-case letters, digits, ``-`` and, except on Kubernetes,
                ``_``.
            images: Further images, a list or names separated by commas: names in the engine of this
                machine, and archives of ``docker save``, which need no engine.
            timeout: How long it may take until all are ready, once the images are on the hosts.

        Raises:
            ContainerError: The file is missing or wrong, or there is no Compose.
            HostError: No hosts were started, a manifest is missing or wrong, an image is nowhere, a
                service was not ready in time, or its update was rolled back or given up.

        Example:
        | Start Hosts    3
        | Deploy Stack    stack.yml    name=shop
        | ${url} =    Get Service Url    web    8080
        """
        given = images.split(",") if isinstance(images, str) else images
        named = [str(found(Path(image.strip()))) for image in given if image.strip()]
        self._running.deploy(found(path), name, named, timeout.total_seconds())

    @keyword
    def kill_host(self, host: str) -> None:
        """End a host at once, as if its power had failed. `Restart Host` starts it again.

        Args:
            host: Name of the host, such as ``host2``.

        Raises:
            HostError: There is no such host, or it does not run.

        Example:
        | Start Hosts    3
        | Kill Host    host2
        | Restart Host    host2
        """
        self._running.cluster.kill(host)

    @keyword
    def restart_host(self, host: str, timeout: timedelta = _TIMEOUT) -> None:
        """Kill a host if it runs, and start it again; return when it is ready for containers.

        It has the disk that it had, with its volumes and images.

        Args:
            host: Name of the host.
            timeout: How long it may take.

        Raises:
            HostError: There is no such host, or it is not ready in time.

        Example:
        | Start Hosts    3
        | Restart Host    host2
        """
        self._running.cluster.restart(host, timeout.total_seconds())

    @keyword
    def disconnect_host(self, host: str) -> None:
        """Cut a host's link to the network, as if somebody had pulled its plug. It goes on running.

        Args:
            host: Name of the host.

        Raises:
            HostError: There is no such host, it does not run, or is disconnected already.

        Example:
        | Start Hosts    3
        | Disconnect Host    host2
        | Reconnect Host    host2
        """
        self._running.cluster.disconnect(host)

    @keyword
    def reconnect_host(self, host: str, timeout: timedelta = _TIMEOUT) -> None:
        """Restore a host's link to the network; return when it is ready for containers.

        Args:
            host: Name of the host.
            timeout: How long it may take.

        Raises:
            HostError: There is no such host, it was not disconnected, or is not ready in time.

        Example:
        | Start Hosts    3
        | Disconnect Host    host2
        | Reconnect Host    host2
        """
        self._running.cluster.reconnect(host, timeout.total_seconds())

    @keyword
    def drain_host(self, host: str, timeout: timedelta = _TIMEOUT) -> None:
        """Stop the containers on a host in an orderly way, and start them elsewhere.

        Units that name the host by ``ConditionHost=`` are stopped only, until the host is resumed;
        instances of a template are started elsewhere before they are stopped.

        It returns when none is left there. `Resume Host` lets the host have containers again.

        Args:
            host: Name of the host.
            timeout: How long it may take.

        Raises:
            HostError: There is no such host, or containers still run there.

        Example:
        | Start Hosts    3
        | Drain Host    host2
        | Resume Host    host2
        """
        self._running.cluster.drain(host, timeout.total_seconds())

    @keyword
    def resume_host(self, host: str) -> None:
        """Let a drained host have containers again: those that are started from now on.

        Args:
            host: Name of the host.

        Raises:
            HostError: There is no such host.

        Example:
        | Start Hosts    3
        | Drain Host    host2
        | Resume Host    host2
        """
        self._running.cluster.resume(host)

    @keyword
    def wait_until_service_has_replicas(
        self, service: str, number: int, timeout: timedelta = _TIMEOUT
    ) -> None:
        """Wait until a number of containers of a service are ready.

        Those on hosts that were killed or disconnected do not count, also before the cluster has
        noticed that. Nothing but `Scale Service` and `Drain Host` starts units elsewhere.

        Args:
            service: Name of the service in the stack file, or of the unit; on Kubernetes that of a
                Deployment, StatefulSet, DaemonSet, Job or Service.
            number: How many.
            timeout: How long it may take.

        Raises:
            HostError: There is no such service, or it has more or fewer: the message says what its
                containers do, and what the last that failed has logged.

        Example:
        | Start Hosts    3
        | Deploy Stack    stack.yml    name=shop
        | Kill Host    host2
        | Wait Until Service Has Replicas    web    2
        """
        self._running.service(service).wait_for_replicas(number, timeout.total_seconds())

    @keyword
    def get_service_url(
        self, service: str, port: int, scheme: str = "http", host: str | None = None
    ) -> str:
        """Return the URL at which a port of a service is reached from the test.

        It is an address on loopback, which browsers take for secure, and leads to a host that has
        the port. When that does not accept connections any more, the next one leads to another
        host, as an address does that hosts pass on. The URL stays the same until the hosts stop.

        Args:
            service: Name of the service in the stack file.
            port: That of its containers, which it has to publish; on Kubernetes that of the Service
                of this name, or else of its pods. Of a unit without a container, or with
                ``Network=host``, that of the host.
            scheme: How the URL begins, such as ``https`` or ``redis``.
            host: Name of the host that the URL leads to, and to no other; by default any.

        Returns:
            A URL such as ``http://127.0.0.1:40321``, without a trailing slash.

        Raises:
            HostError: There is no such service, it does not publish the port, or no host has it.

        Example:
        | Start Hosts    3
        | Deploy Stack    stack.yml    name=shop
        | ${url} =    Get Service Url    web    8080
        | Open Headless Browser    ${url}/
        """
        address, number = self._running.cluster.local_place(service, port, host)
        return f"{scheme}://{address}:{number}"

    @keyword
    def get_service_hosts(self, service: str) -> list[str]:
        """Return the hosts on which containers of a service are ready.

        Args:
            service: Name of the service in the stack file.

        Returns:
            The names of the hosts, each once; none if no container is ready.

        Raises:
            HostError: There is no such service.

        Example:
        | Start Hosts    3
        | Deploy Stack    stack.yml    name=shop
        | @{hosts} =    Get Service Hosts    web
        | Kill Host    ${hosts}[0]
        """
        return self._running.service(service).host_names()
