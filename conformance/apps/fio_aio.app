interpreter: /bin/bash
packages: fio
needs: /usr/bin/fio
timeout: 60
compare: output status
repeat: 1
---
# random reads and writes through libaio, checked by checksums; events by the call and from the ring
cd "$(mktemp -d)" || exit 1
trap 'rm -rf "$PWD"' EXIT
fields() { sed -n 's/.*\(err= *[0-9]*\):.*/\1/p; s/.*issued rwts: total=\([0-9]*\),\([0-9]*\).*/\1 \2/p'; }
fio --name=a --filename=data --ioengine=libaio --iodepth=8 --rw=randrw --randseed=7 --bs=4k --size=4m \
    --verify=crc32c --fsync=16 2>&1 | fields
fio --name=b --filename=data2 --ioengine=libaio --iodepth=8 --userspace_reap --rw=randwrite --bs=4k --size=2m 2>&1 | fields
