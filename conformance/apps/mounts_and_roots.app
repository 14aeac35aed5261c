interpreter: /bin/sh
packages: coreutils
timeout: 30
compare: status
---
# what `do` promises: nothing written reaches the host, /tmp is empty, own /proc
set -e
test -r /etc/passwd
echo x >/etc/sandjar-probe-$$ 2>/dev/null && rm /etc/sandjar-probe-$$
test -d /proc/self -a -c /dev/null -a -d /sys -a -w /tmp
test "$(cat /proc/self/comm)" = cat
