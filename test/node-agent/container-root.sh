# Becomes a container's process: a root file system, a host name and a user of its own.
# Needs no privilege where user namespaces are allowed.
# container-root.sh ROOT HOSTNAME UID GID ro|rw [ro|rw SOURCE TARGET]… -- COMMAND…
set -eu
root=$1 hostname=$2 uid=$3 gid=$4 mode=$5
shift 5

mount -t tmpfs -o mode=755 tmpfs "$root"
# In place of the base image: the libraries that the program's runtime is linked to.
for folder in lib lib64 usr/lib usr/lib64 dev proc; do
  [ -d "/$folder" ] || continue
  mkdir -p "$root/$folder"
  mount --rbind "/$folder" "$root/$folder"
done
while [ "$1" != -- ]; do
  if [ -d "$2" ]; then
    mkdir -p "$root$3"
  else
    mkdir -p "$(dirname "$root$3")"
    : >"$root$3"
  fi
  mount --bind "$2" "$root$3"
  [ "$1" = rw ] || mount -o remount,bind,ro "$root$3"
  shift 3
done
shift
[ "$mode" = rw ] || mount -o remount,bind,ro "$root"
hostname "$hostname"
exec unshare --user --map-user="$uid" --map-group="$gid" --root="$root" -- "$@"
