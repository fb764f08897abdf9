#!/usr/bin/env bash
# Builds the image by the project's Dockerfile where no registry of images can be reached: stand-ins of
# the two base images are made of Debian's packages and of the Node in node_modules. Needs root,
# buildah, mmdebstrap and `npm ci`. The image is left in buildah's store as institution-sync:local.
# build.sh [FOLDER]: keeps the image's root file system in FOLDER, too.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Neither overlays nor namespaces are at hand in most sandboxes.
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
architecture=$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
node=$(realpath "node_modules/node-linux-$architecture/bin/node")
npm=$(dirname "$(dirname "$(realpath "$(command -v npm)")")")
certificates=/etc/ssl/certs/ca-certificates.crt

# import NAME ROOT VARIABLE…: makes an image of one layer.
import() {
  local container variable
  container=$(buildah from scratch)
  buildah add -q "$container" "$2" / >/dev/null
  for variable in PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${@:3}"; do
    buildah config --env "$variable" "$container"
  done
  buildah commit -q "$container" "$1" >/dev/null
  buildah rm "$container" >/dev/null
}

# In place of node:24-slim: a small Debian with Node and npm.
mmdebstrap --quiet --variant=essential --include=libstdc++6 bookworm "$work/build" >/dev/null
mkdir -p "$work/build/usr/local/bin" "$work/build/usr/local/lib" "$work/build/etc/ssl/certs"
cp "$certificates" "$work/build$certificates"
cp "$node" "$work/build/usr/local/bin/node"
cp -r "$npm" "$work/build/usr/local/lib/npm"
ln -s ../lib/npm/bin/npm-cli.js "$work/build/usr/local/bin/npm"
import local/build "$work/build" NODE_EXTRA_CA_CERTS="$certificates"

# In place of distroless: no shell and no package manager, only what Node is linked to.
mkdir -p "$work/run/nodejs/bin" "$work/run/etc/ssl/certs" "$work/packages"
(cd "$work/packages" &&
  apt-get -qq -o APT::Sandbox::User=root download base-files libc6 libgcc-s1 libstdc++6 netbase tzdata)
for package in "$work"/packages/*.deb; do dpkg -x "$package" "$work/run"; done
cp "$node" "$work/run/nodejs/bin/node"
cp "$certificates" "$work/run$certificates"
echo 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >"$work/run/etc/passwd"
echo 'nonroot:x:65532:' >"$work/run/etc/group"
import local/run "$work/run"

version=$(node -p "require('./package.json').version")
buildah build --pull-never --tag institution-sync:local \
  --build-arg BUILD_IMAGE=localhost/local/build --build-arg RUN_IMAGE=localhost/local/run \
  --build-arg VERSION="$version" . >&2
if [ -n "${1:-}" ]; then
  container=$(buildah from --pull-never institution-sync:local)
  mkdir -p "$1"
  cp -a "$(buildah mount "$container")/." "$1"
  buildah rm "$container" >/dev/null
fi
buildah inspect --type image institution-sync:local
