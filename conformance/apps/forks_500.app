interpreter: /bin/bash
packages: bash
timeout: 120
---
n=0; for i in {1..500}; do (exit $((i % 100))); [ $? = $((i % 100)) ] && n=$((n + 1)); done; echo $n
for i in {1..100}; do /bin/true || echo bad; done; echo done
for i in {1..50}; do v=$(echo $i | cat); [ "$v" = $i ] || echo bad; done; echo done
