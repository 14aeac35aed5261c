#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# bundle.sh - make a minimal OCI bundle of Debian's busybox-static.
#
#   bundle.sh [-f] [-a FILE]... DIR [COMMAND [ARGUMENT]...]
#
# Writes DIR/rootfs (every busybox applet under /bin) and DIR/config.json that
# runs COMMAND (default: true) as root, with no terminal, in new pid, network,
# ipc, uts and mount namespaces. Run it with: RUNTIME run --bundle DIR ID
#
#   -a FILE  also copy FILE (a static program) to /bin
#   -f       rewrite config.json only; DIR/rootfs is kept as it is
#
# BUSYBOX names the static busybox (default: the one in PATH).
set -eu

only_config=
add=
while getopts fa: opt; do
	case $opt in
	f) only_config=1 ;;
	a) add="$add $OPTARG" ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
if [ $# -lt 1 ]; then
	echo "usage: bundle.sh [-f] [-a FILE]... DIR [COMMAND [ARGUMENT]...]" >&2
	exit 2
fi
dir=$1
shift
[ $# -gt 0 ] || set -- true

root=$dir/rootfs
if [ -z "$only_config" ]; then
	busybox=${BUSYBOX:-$(command -v busybox)}
	for d in bin dev etc proc root run sys tmp usr/bin var/tmp; do
		mkdir -p "$root/$d"
	done
	chmod 1777 "$root/tmp" "$root/var/tmp"
	cp "$busybox" "$root/bin/busybox"
	for applet in $("$busybox" --list); do
		[ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"
	done
	echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
	echo 'root:x:0:' >"$root/etc/group"
	echo '127.0.0.1 localhost' >"$root/etc/hosts"
fi
for file in $add; do
	cp "$file" "$root/bin/"
done

args=
for arg in "$@"; do
	arg=$(printf '%s' "$arg" | sed 's/\\/\\\\/g; s/"/\\"/g')
	args="$args${args:+, }\"$arg\""
done
caps='["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
	"CAP_MKNOD", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID",
	"CAP_SYS_CHROOT"]'
cat >"$dir/config.json" <<JSON
{
  "ociVersion": "1.0.2",
  "process": {
    "terminal": false,
    "user": {"uid": 0, "gid": 0},
    "args": [$args],
    "env": ["PATH=/bin:/usr/bin", "HOME=/root"],
    "cwd": "/",
    "capabilities": {"bounding": $caps, "effective": $caps, "permitted": $caps},
    "noNewPrivileges": true
  },
  "root": {"path": "rootfs", "readonly": false},
  "hostname": "bundle",
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
     "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
    {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
     "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
    {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
     "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=1048576k"]},
    {"destination": "/sys", "type": "sysfs", "source": "sysfs",
     "options": ["nosuid", "noexec", "nodev", "ro"]},
    {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs",
     "options": ["nosuid", "nodev", "mode=1777", "size=1048576k"]}
  ],
  "linux": {
    "namespaces": [{"type": "pid"}, {"type": "network"}, {"type": "ipc"},
                   {"type": "uts"}, {"type": "mount"}]
  }
}
JSON
