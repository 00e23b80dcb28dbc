# Installs Debian 13, as hosts with systemd have it, into a folder. Runs in an empty folder, in the file system of the other.
#
#     build.sh TARGET
set -eu
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' | head -n 1)
packages=systemd,dbus,podman,crun,netavark,aardvark-dns,nftables,iproute2,etcd-client,etcd-server,python3,curl
# The units are about what belongs to the machine itself.
mmdebstrap --quiet --variant=minbase --include=$packages \
    --aptopt='Acquire::Check-Valid-Until false' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --customize-hook='systemctl --quiet --root="$1" mask systemd-sysctl.service systemd-modules-load.service \
        systemd-logind.service console-getty.service getty.target etcd.service' \
    --customize-hook='rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/*' \
    trixie result ${mirror:-http://deb.debian.org/debian}
mv result "$1"
