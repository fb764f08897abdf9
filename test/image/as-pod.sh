# Runs the image's program as the chart's pod does: user 65532, read-only root file system, process 1.
# Needs root. as-pod.sh ROOT KUBECONFIG ARGUMENT…, in mount and process namespaces of its own.
set -eu
root=$1 kubeconfig=$2
shift 2
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
# In the place of the service account's files.
: >"$root/etc/kubeconfig"
mount --bind "$kubeconfig" "$root/etc/kubeconfig"
mount -o remount,bind,ro "$root"
cd "$root"
exec env -i PATH="$PATH" NODE_ENV=production KUBECONFIG=/etc/kubeconfig \
  chroot --userspec=65532:65532 "$root" /nodejs/bin/node /app/institution-sync.js controller "$@"
