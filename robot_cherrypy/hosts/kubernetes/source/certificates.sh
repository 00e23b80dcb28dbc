# Makes the certificates of a cluster and the configurations of its parts, in the current folder,
# in which all stay: they name each other without it.
#
#     certificates.sh ADDRESS SERVICES NETWORK HOST...
#
# ADDRESS is that of the API server, SERVICES that of its Service, NETWORK the first three numbers of the hosts' addresses.
set -eu
address=$1 services=$2 network=$3
shift 3
key() { openssl ecparam -name prime256v1 -genkey -noout -out $1.key; }
certificate() { # FILE SUBJECT [NAMES]
    key $1
    echo "extendedKeyUsage=clientAuth,serverAuth" >$1.extensions
    [ -z "${3:-}" ] || echo "subjectAltName=$3" >>$1.extensions
    openssl req -new -key $1.key -subj "$2" |
        openssl x509 -req -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out $1.crt -extfile $1.extensions
}
configuration() { # FILE
    cat >$1.conf <<END
{"apiVersion": "v1", "kind": "Config", "current-context": "hosts",
 "clusters": [{"name": "hosts", "cluster": {"server": "https://$address:6443", "certificate-authority": "ca.crt"}}],
 "users": [{"name": "$1", "user": {"client-certificate": "$1.crt", "client-key": "$1.key"}}],
 "contexts": [{"name": "hosts", "context": {"cluster": "hosts", "user": "$1"}}]}
END
}
key ca
openssl req -x509 -new -key ca.key -days 30 -subj /CN=hosts -out ca.crt
certificate server /CN=kube-apiserver "IP:$address,IP:$services,DNS:kubernetes,DNS:kubernetes.default.svc"
certificate client /O=system:masters/CN=kube-apiserver-kubelet-client
certificate admin /O=system:masters/CN=admin
for part in controller-manager scheduler proxy; do
    certificate $part /CN=system:kube-$part
    configuration $part
done
for host; do
    certificate host$host /O=system:nodes/CN=system:node:host$host "DNS:host$host,IP:$network.$host"
    configuration host$host
done
key accounts
openssl ec -in accounts.key -pubout -out accounts.pub
configuration admin
