# Says in the registry that an instance is there, as long as this script and the host go on.
lease=$(etcdctl lease grant 2 | cut -d ' ' -f 2)
trap 'etcdctl lease revoke $lease; exit' TERM
etcdctl put --lease="$lease" "/shop/$1" "$(hostname)" &&
    etcdctl lease keep-alive "$lease" &
wait $!
