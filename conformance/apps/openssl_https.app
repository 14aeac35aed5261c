interpreter: /bin/bash
packages: openssl curl wget
needs: /usr/bin/openssl /usr/bin/curl /usr/bin/wget
timeout: 90
program: openssl, curl and wget over TLS
---
d=$(mktemp -d); cd "$d" || exit 1; export HOME=$d
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out cert -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null; echo "cert $?"
openssl genrsa -out rsa 2048 2>/dev/null; echo text >t; openssl dgst -sha256 -sign rsa -out sig t; openssl rsa -in rsa -pubout -out pub 2>/dev/null; openssl dgst -sha256 -verify pub -signature sig t
openssl speed -seconds 1 -evp aes-128-gcm -bytes 1024 2>/dev/null | grep -ci '^aes-128-gcm'; openssl speed -seconds 1 -multi 2 sha256 2>/dev/null | grep -c '^sha256'
while p=$((20000 + RANDOM % 9000)); (: </dev/tcp/127.0.0.1/$p) 2>/dev/null; do :; done
seq 50000 >big; openssl s_server -accept 127.0.0.1:$p -key key -cert cert -WWW -quiet >/dev/null 2>&1 & s=$!
for i in {1..100}; do (: </dev/tcp/127.0.0.1/$p) 2>/dev/null && break; sleep .05; done
for v in --tlsv1.2\ --tls-max\ 1.2 --tlsv1.3; do curl -sS $v --cacert cert https://localhost:$p/big | sha256sum; done; curl -sS https://localhost:$p/big 2>&1 | head -n 1; echo "${PIPESTATUS[0]}"
wget -q --no-hsts --ca-certificate=cert -O got https://localhost:$p/big; echo "wget $?"; cmp big got && echo same; wget -q --no-hsts -O /dev/null https://localhost:$p/big; echo "untrusted $?"
openssl s_client -connect 127.0.0.1:$p -CAfile cert -verify_return_error -brief </dev/null 2>&1 | grep -E '^(Verification|Protocol version)'
kill $s; wait $s; echo "server $?"; curl -sS -m 5 https://localhost:$p/ >/dev/null 2>&1; echo "gone $?"
curl -sS "file://$d/t"; printf 'data' | openssl enc -aes-256-cbc -pbkdf2 -pass pass:x | openssl enc -d -aes-256-cbc -pbkdf2 -pass pass:x; echo; openssl rand 32 | wc -c
cd /; rm -rf "$d"
