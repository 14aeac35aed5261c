interpreter: /bin/bash
packages: cron
needs: /usr/sbin/cron /usr/bin/crontab
timeout: 150
tags: heavy
program: cron
remark: waits for the next full minute; natively in a mount namespace
---
# a user's table and /etc/cron.d at the next full minute; natively behind tmpfs mounts, so that the host's tables are not read
[ "$(id -u)" = 0 ] || { echo "root only"; exit 0; }
d=$(mktemp -d); cd "$d" || exit 1; chmod 755 .
cat >in <<S
set -e
mount -t tmpfs t /var/spool/cron; mount -t tmpfs t /run; mkdir -p /var/spool/cron/crontabs; chmod 1730 /var/spool/cron/crontabs; chgrp crontab /var/spool/cron/crontabs
mount -t tmpfs t /etc/cron.d; : >/etc/crontab.empty 2>/dev/null || :
printf 'A_VARIABLE=set\n* * * * * echo "user \$A_VARIABLE \$HOME \$SHELL" >$d/user\n' | crontab -
printf '* * * * * nobody id -un >/dev/null && true\n* * * * * root id -un >$d/system\n' >/etc/cron.d/x; chmod 644 /etc/cron.d/x
crontab -l | grep -c A_VARIABLE
cron -f & c=\$!
for i in \$(seq 1400); do [ -s $d/user ] && [ -s $d/system ] && break; sleep .1; done
cat $d/user $d/system; kill \$c; wait \$c || :
S
sed -i '/crontab.empty/s/;.*//' in
unshare --mount --pid --fork --mount-proc --propagation private bash in 2>&1
cd /; rm -rf "$d"
