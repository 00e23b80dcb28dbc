"""What runs on the machine for hosts: shell scripts, each the parent of the next.

- `MACHINE` runs where the test does. It connects the test to the network, and ends all at SIGTERM.
- `NETWORK` is the first process of a namespace of networks and processes, with a bridge. It carries
  out orders: `start 1`, `kill 1`, `cut 1` and `heal 1`, and prints each when it is done.
- `CABLE` connects a namespace of networks to the bridge and becomes `HOST`.
- `HOST`, or a script in its place, is the first process of a host, and starts its engine. When it
  is killed, the kernel ends the engine and its containers with their mounts and networks, as if the
  power had failed. Its disk stays.

Nothing but cgroups and files outlives the processes: `MACHINE` removes the former, and its guard
the latter.
"""

# Arguments of each: name of the cluster, its folder, the first three numbers of its addresses,
# `memory` or `folder` for disks, and of the last two the number of the host.
MACHINE = """
name=$1 net=$3
end() {
    trap '' TERM
    kill -KILL $(cat /proc/$network/task/$network/children)
    wait $network
    for top in /sys/fs/cgroup/$name /sys/fs/cgroup/*/$name; do
        [ ! -d $top ] || find $top -depth -type d -exec rmdir {} +
    done
    exit
}
trap end TERM
mkfifo orders
unshare --net --pid --mount-proc --fork --kill-child /bin/sh -c "$NETWORK" network "$@" &
network=$!
until [ -e ready ]; do sleep 0.02; done
ip link add $name type veth peer name test netns $network &&
    ip address add $net.254/24 dev $name && ip link set $name up &&
    nsenter --net=/proc/$network/ns/net ip link set test master hosts up || end
for host in $PODS; do
    ip route add 10.$((100 + host)).${net##*.}.0/24 via $net.$host || end
done
echo ready
wait $network
"""

NETWORK = """
disk=$4
exec 3<>orders
ip link set lo up
ip link add hosts type bridge && ip link set hosts up || exit
touch ready
while read -r order host <&3; do
    case $order in
    start)
        if [ ! -d $host ]; then
            mkdir -p $host/disk
            [ $disk = folder ] || mount -t tmpfs tmpfs $host/disk
        fi
        unshare --net /bin/sh -c "$CABLE" cable "$@" $host >$host/log 2>&1 &
        echo $! >$host/process
        ;;
    kill)
        process=$(cat $host/process)
        kill -KILL $(cat /proc/$process/task/$process/children)
        wait $process
        ip link delete host$host 2>/dev/null  # unless it has ended with the host's end of it
        ;;
    cut) ip link set host$host down ;;
    heal) ip link set host$host up ;;
    esac
    echo "$order $host is done"
done
"""

CABLE = """
net=$3 host=$5
ip link add eth0 type veth peer name host$host netns 1
nsenter --net=/proc/1/ns/net ip link set host$host master hosts up
ip address add $net.$host/24 dev eth0
ip link set lo up
ip link set eth0 up
exec unshare --mount --uts --ipc --pid --mount-proc --fork --kill-child \
    /bin/sh -c "$HOST" host "$@"
"""

# What is in /run belongs to the machine's own engine; the names of its network are unknown here. A
# name that no container has gets no answer, so nobody is to wait for one for long.
HOST = """
name=$1 folder=$2 host=$5
hostname host$host
mount --rbind $folder/$host /mnt
mount -t tmpfs tmpfs /run
names=$(readlink -m /etc/resolv.conf)
mkdir -p "${names%/*}" && touch "$names"
echo nameserver 127.0.0.1 >/run/names
mount --bind /run/names "$names"
echo '{}' >/run/docker.json
env -i PATH="$PATH" dockerd --config-file /run/docker.json --data-root /mnt/disk \
    --exec-root /run/docker --pidfile /run/docker.pid --host unix:///mnt/docker.sock \
    --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent /$name/host$host \
    --dns 127.0.0.1 --dns-opt timeout:1 --dns-opt attempts:1 &
wait $!
"""
