interpreter: /bin/bash
packages: ffmpeg
needs: /usr/bin/ffmpeg /usr/bin/ffprobe
timeout: 180
tags: heavy
program: ffmpeg
---
# generates, encodes with threads, decodes, pipes between two processes, probes
d=$(mktemp -d); cd "$d" || exit 1; F="ffmpeg -hide_banner -loglevel error -nostdin -y"
$F -f lavfi -i testsrc=s=320x180:r=10:d=2 -f lavfi -i sine=d=2 -c:v libx264 -threads 4 -preset ultrafast -pix_fmt yuv420p -c:a aac -bitexact a.mp4; echo "encode $?"
ffprobe -v error -show_entries stream=codec_name,nb_frames -of csv=p=0 a.mp4; $F -i a.mp4 -f framemd5 - | grep -c '^0,'; $F -i a.mp4 -f rawvideo - | $F -f rawvideo -s 320x180 -pix_fmt yuv420p -i - -c:v mpeg4 -bitexact b.avi; echo "pipe $?"; $F -i b.avi -f md5 - | cut -c 1-4
$F -i a.mp4 -vf scale=80:-1 -frames:v 3 p%d.png; ls p*.png; $F -i nothing 2>&1 | tail -n 1; timeout -s INT 1 $F -re -f lavfi -i testsrc=d=60 -f null - ; echo "interrupted $?"
cd /; rm -rf "$d"
