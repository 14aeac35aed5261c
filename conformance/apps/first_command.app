interpreter: /bin/sh
packages: procps coreutils
timeout: 30
compare: status
---
uname -a; id; ps; ls /; head -3 /proc/meminfo
