interpreter: /bin/sh
packages: dash
timeout: 20
---
true
