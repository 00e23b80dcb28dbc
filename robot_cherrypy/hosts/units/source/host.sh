# The first process of a host with systemd, in place of HOST in scripts.py, which says what its arguments are. The host 253
# is the registry, etcd: it is there from first to last, and runs no units.
#
# Of the environment: SYSTEM is the folder of Debian, whose changes are on the host's disk, and HOSTS are the numbers of all.
name=$1 folder=$2 net=$3 host=$5
registry=253
here=$folder/$host disk=$folder/$host/disk

if [ $host = $registry ]; then
    mount --bind $disk "$SYSTEM/mnt"
    peer=http://127.0.0.1:2380
    exec env -i PATH="$PATH" chroot "$SYSTEM" etcd --data-dir=/mnt/etcd --unsafe-no-fsync --log-level=error \
        --listen-client-urls=http://0.0.0.0:2379 --advertise-client-urls=http://$net.$registry:2379 \
        --listen-peer-urls=$peer --initial-advertise-peer-urls=$peer --initial-cluster=default=$peer
fi

hostname host$host
groups=/sys/fs/cgroup
[ -e $groups/cgroup.controllers ] || groups=$groups/unified
mkdir -p $groups/$name/host$host
echo 0 >$groups/$name/host$host/cgroup.procs

root=$here/root
mkdir -p $root $disk/changes $disk/work $disk/containers
mount -t overlay -o "lowerdir=$SYSTEM,upperdir=$disk/changes,workdir=$disk/work" overlay $root || exit
mount --rbind $here $root/mnt
mkdir -p $root/var/lib/containers
mount --bind $disk/containers $root/var/lib/containers
for place in run tmp dev; do mount -t tmpfs tmpfs $root/$place; done

# What systemd finds is a container: it leaves the devices and the settings of the machine alone.
mkdir $root/dev/pts $root/dev/shm $root/dev/mqueue
for device in null zero full random urandom tty; do
    touch $root/dev/$device
    mount --bind /dev/$device $root/dev/$device
done
mount -t devpts -o newinstance,ptmxmode=666 devpts $root/dev/pts
mount -t tmpfs tmpfs $root/dev/shm
mount -t mqueue mqueue $root/dev/mqueue
ln -s pts/ptmx $root/dev/ptmx
ln -s /proc/self/fd $root/dev/fd
for number in 0:stdin 1:stdout 2:stderr; do ln -s /proc/self/fd/${number%:*} $root/dev/${number#*:}; done
touch $root/dev/console
mount --bind $here/log $root/dev/console
mount -t proc proc $root/proc
mount --bind $root/proc/sys $root/proc/sys
mount -o remount,bind,ro $root/proc/sys
mount --bind /proc/sys/net $root/proc/sys/net
mount -t sysfs -o ro sysfs $root/sys

{
    echo 127.0.0.1 localhost
    for each in $HOSTS; do echo $net.$each host$each; done
    echo $net.$registry registry
} >$root/etc/hosts
echo host$host >$root/etc/hostname
echo nameserver 127.0.0.1 >$root/etc/resolv.conf
[ -s $disk/changes/etc/machine-id ] || tr -d - </proc/sys/kernel/random/uuid >$root/etc/machine-id


# The engine's API, as Docker's; and a shell that runs what it is sent, and ends with the exit code.
mkdir -p $root/run/systemd/system
cd $root/run/systemd/system
cat >engine.service <<END
[Service]
ExecStart=podman system service --time=0 unix:///mnt/docker.sock
END
cat >shell.socket <<END
[Socket]
ListenStream=/mnt/shell.sock
Accept=yes
MaxConnections=64
END
cat >shell@.service <<END
[Unit]
CollectMode=inactive-or-failed
[Service]
ExecStart=/bin/sh /run/shell
StandardInput=socket
StandardOutput=socket
StandardError=socket
END
cat >$root/run/shell <<'END'
script=$(cat)
/bin/sh -c "$script" </dev/null
echo "exit code $?"
END
mkdir multi-user.target.wants
for unit in engine.service shell.socket; do ln -s ../$unit multi-user.target.wants/$unit; done

# The machine may have its controllers elsewhere, and may not let limits be raised.
mkdir -p $root/etc/containers/containers.conf.d
cat >$root/etc/containers/containers.conf.d/host.conf <<END
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
pids_limit = 0
END

# What units, and containers on the host's network, may want to know.
mkdir -p $root/run/systemd/system.conf.d
cat >$root/run/systemd/system.conf.d/registry.conf <<END
[Manager]
DefaultEnvironment=ETCDCTL_ENDPOINTS=http://registry:2379
END

exec unshare --cgroup /bin/sh -c '
    mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup" && cd "$1" && pivot_root . . && umount --lazy . || exit
    exec env -i PATH="$PATH" container=robot /lib/systemd/systemd
' boot $root
