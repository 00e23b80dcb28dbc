# Says in the registry where an instance is, for as long as this script and the host go on, and three seconds more.
#
#     register.sh INSTANCE
set -eu
address=$(getent hosts "$(hostname)" | cut -d ' ' -f 1)
port=$(podman port "webapp_app_$1" 8080 | head -n 1)
lease=$(etcdctl lease grant 3 | cut -d ' ' -f 2)
trap 'etcdctl lease revoke "$lease"; exit' TERM
etcdctl put --lease="$lease" "/webapp_app/$1" "$address:${port##*:}"
etcdctl lease keep-alive "$lease" >/dev/null &
wait $!
