# The first process of a host of a Kubernetes cluster, in place of HOST in scripts.py, which says what its arguments are.
# The host 253 is the control plane: it is there from first to last, and has no containers.
#
# Of the environment: KUBERNETES is the folder of the programs, SOURCE that of this file, PYTHON an interpreter, NAMES the
# file names.py, PODS are the numbers of all hosts, and CAN_PROTECT says whether oom_score_adj may be lowered.
name=$1 folder=$2 net=$3 host=$5
number=${net##*.}
control=253
address=$net.$control
services=10.199.$number
pods() { echo 10.$((100 + $1)).$number; }

for other in $PODS; do
    [ $other = $host ] || ip route add $(pods $other).0/24 via $net.$other
done
start() { env -i PATH="$PATH" HOME=/tmp "$@" & }

if [ $host = $control ]; then
    hostname control
    mkdir -p -m 700 $folder/certificates
    cd $folder/certificates
    [ -e done ] || { sh "$SOURCE/certificates.sh" $address $services.1 $net $PODS && touch done; } || exit
    export PATH=$KUBERNETES:$PATH
    start etcd --data-dir $folder/$host/disk/etcd
    start kube-apiserver --etcd-servers=http://127.0.0.1:2379 --advertise-address=$address --secure-port=6443 \
        --client-ca-file=ca.crt --tls-cert-file=server.crt --tls-private-key-file=server.key --cert-dir=. \
        --kubelet-client-certificate=client.crt --kubelet-client-key=client.key \
        --kubelet-certificate-authority=ca.crt --kubelet-preferred-address-types=InternalIP \
        --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=accounts.pub \
        --service-account-signing-key-file=accounts.key --service-cluster-ip-range=$services.0/24 \
        --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
        --default-not-ready-toleration-seconds=5 --default-unreachable-toleration-seconds=5
    start kube-controller-manager --kubeconfig=controller-manager.conf --root-ca-file=ca.crt \
        --service-account-private-key-file=accounts.key --use-service-account-credentials --leader-elect=false \
        --cert-dir=. --node-monitor-period=1s --node-monitor-grace-period=8s
    start kube-scheduler --kubeconfig=scheduler.conf --leader-elect=false
    start "$PYTHON" -I "$NAMES" . $address
    wait
    exit
fi

hostname host$host
mkdir -p $folder/programs $folder/source
mount --bind "$KUBERNETES" $folder/programs
mount --bind "$SOURCE" $folder/source
mount --rbind $folder /mnt
for hidden in /run /var/lib /var/log; do mount -t tmpfs tmpfs $hidden; done
names=$(readlink -m /etc/resolv.conf)
mkdir -p "${names%/*}" && touch "$names"
echo nameserver 127.0.0.1 >/run/names
mount --bind /run/names "$names"
export PATH=/mnt/programs:$PATH
disk=/mnt/$host/disk certificates=/mnt/certificates
# Calls to a Service from the host itself need some route before they are rewritten.
ip route add $services.0/24 via $address
# The kubelet sets what holds for the whole machine: here it finds files that have the values that it wants.
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1; do
    file=/run/setting-$(basename ${setting%=*})
    echo ${setting#*=} >$file
    mount --bind $file /proc/sys/${setting%=*}
done
for controller in /sys/fs/cgroup/*/; do
    [ -L ${controller%/} ] || mkdir -p $controller$name/host$host
done
# New groups of processors are empty until they are filled from above.
for file in cpus mems; do
    for group in $name $name/host$host; do
        cat /sys/fs/cgroup/cpuset/cpuset.$file >/sys/fs/cgroup/cpuset/$group/cpuset.$file
    done
done
runtime=runc
[ $CAN_PROTECT = yes ] || runtime=unprotected
mkdir -p $disk/volumes/1 $disk/volumes/2 $disk/volumes/3 $disk/volumes/4
cp /mnt/source/runc.sh /run/runc
chmod +x /run/runc
echo '{}' >/run/docker.json
start dockerd --config-file /run/docker.json --data-root $disk/docker --exec-root /run/docker \
    --pidfile /run/docker.pid --host unix:///mnt/$host/docker.sock --exec-opt native.cgroupdriver=cgroupfs \
    --cgroup-parent /$name/host$host/docker --bip $(pods $host).1/24 --ip-masq=false --iptables=false \
    --add-runtime "unprotected=/run/runc" --default-runtime $runtime
export DOCKER_HOST=unix:///mnt/$host/docker.sock
until docker version >/run/docker.version 2>&1; do sleep 0.1; done
docker image inspect localhost/pause:3.2 >/run/docker.pause 2>&1 ||
    docker import --change 'ENTRYPOINT ["/pause"]' /mnt/programs/pause.tar localhost/pause:3.2
until [ -e $certificates/done ]; do sleep 0.1; done
cat >/run/kubelet.yaml <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: $certificates/ca.crt}
authorization: {mode: Webhook}
tlsCertFile: $certificates/host$host.crt
tlsPrivateKeyFile: $certificates/host$host.key
cgroupDriver: cgroupfs
cgroupRoot: /$name/host$host
failSwapOn: false
resolvConf: ""
clusterDNS: [$address]
clusterDomain: cluster.local
nodeStatusUpdateFrequency: 2s
syncFrequency: 5s
nodeLeaseDurationSeconds: 8
evictionHard: {memory.available: 50Mi, nodefs.available: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
volumePluginDir: /var/lib/kubelet/plugins
END
start kubelet --config=/run/kubelet.yaml --kubeconfig=$certificates/host$host.conf --hostname-override=host$host \
    --node-ip=$net.$host --docker-endpoint=unix:///mnt/$host/docker.sock --pod-infra-container-image=localhost/pause:3.2
start kube-proxy --kubeconfig=$certificates/proxy.conf --hostname-override=host$host --proxy-mode=iptables \
    --cluster-cidr=10.0.0.0/8 --conntrack-max-per-core=0 --conntrack-min=0 \
    --conntrack-tcp-timeout-established=0 --conntrack-tcp-timeout-close-wait=0
wait
