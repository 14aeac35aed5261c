interpreter: /bin/bash
packages: openssh-server openssh-client rsync git
needs: /usr/sbin/sshd /usr/bin/ssh /usr/bin/ssh-keygen /usr/bin/rsync /usr/bin/git
timeout: 120
program: ssh-keygen, sshd, ssh, scp, sftp, rsync, git over ssh
---
d=$(mktemp -d); cd "$d" || exit 1; chmod 755 .; export HOME=$d
[ "$(id -u)" != 0 ] || [ -d /run/sshd ] || { mkdir -p /run/sshd; made=1; }
for t in ed25519 rsa ecdsa; do ssh-keygen -q -t $t -N '' -f k_$t -C c; ssh-keygen -l -f k_$t | cut -d' ' -f1,3-; done
ssh-keygen -q -s k_rsa -I ca -n me -V always:forever k_ed25519.pub 2>&1; ssh-keygen -L -f k_ed25519-cert.pub | grep -c 'Signing CA'; echo m >m; ssh-keygen -q -Y sign -f k_ecdsa -n file m 2>&1; ssh-keygen -Y check-novalidate -n file -s m.sig <m | cut -d' ' -f1-3
while p=$((20000 + RANDOM % 9000)); (: </dev/tcp/127.0.0.1/$p) 2>/dev/null || (: </dev/tcp/127.0.0.1/$((p + 1))) 2>/dev/null; do :; done
cp k_ed25519.pub keys; rm k_ed25519-cert.pub
cat >sshd.conf <<C
Port $p
ListenAddress 127.0.0.1
HostKey $d/k_rsa
HostKey $d/k_ecdsa
PidFile $d/pid
AuthorizedKeysFile $d/keys
StrictModes no
PasswordAuthentication no
UsePAM no
Subsystem sftp internal-sftp
AllowTcpForwarding yes
PrintMotd no
PrintLastLog no
AcceptEnv X_*
C
/usr/sbin/sshd -t -f sshd.conf && /usr/sbin/sshd -f "$d/sshd.conf" -E "$d/log"
for i in {1..100}; do (: </dev/tcp/127.0.0.1/$p) 2>/dev/null && break; sleep .05; done
cat >config <<C
Host box
 HostName 127.0.0.1
 Port $p
 IdentityFile $d/k_ed25519
 IdentitiesOnly yes
 UserKnownHostsFile $d/known
 StrictHostKeyChecking accept-new
 LogLevel ERROR
 ControlPath $d/ctl
C
S="ssh -F $d/config"
$S box 'echo from inside; exit 3'; echo "status $?"; seq 100000 | $S box 'sha256sum'; echo in | $S box 'cat; echo err >&2' 2>&1 | sort; $S box 'kill -TERM $$'; echo "signal $?"
$S -tt box 'test -t 0 && echo tty; stty size >/dev/null && echo size; trap "echo hup; exit 5" INT; kill -INT $$' </dev/null | tr -d '\r'; X_A=sent $S -o SendEnv=X_A box 'echo $X_A'
dd if=/dev/urandom of=big bs=64k count=30 2>/dev/null; scp -q -F config big box:"$d/copy"; cmp big copy && echo scp; printf 'put big %s/copy2\nls %s/k_rsa.pub\n' "$d" "$d" | sftp -q -F config -b - box 2>&1 | grep -c 'k_rsa.pub$'; cmp big copy2 && echo sftp
$S -f -N -M -o ExitOnForwardFailure=yes -L $((p + 1)):127.0.0.1:$p box; exec 8<>/dev/tcp/127.0.0.1/$((p + 1)); head -c 7 <&8; echo; exec 8>&-; $S box 'echo by the master'; $S -O check box 2>&1 | grep -c running; $S -O exit box 2>&1 | grep -c Exit
mkdir -p tree/a; for i in {1..50}; do echo "f $i" >tree/a/f$i; done; ln -s a tree/l; rsync -a -e "$S" tree/ box:"$d/mirror/"; diff -r tree mirror && echo rsync; echo more >>tree/a/f7; touch -d 2001-02-03 tree/a/f7; rsync -ai -e "$S" tree/ box:"$d/mirror/" | tr -s ' '
export GIT_SSH_COMMAND=$S GIT_CONFIG_NOSYSTEM=1; git config --global user.email a@b; git config --global user.name a; git config --global safe.directory '*'
git init -q -b main r; (cd r && cp ../tree/a/* . && git add . && git commit -qm one); git clone -q --bare r bare.git; git clone -q "box:$d/bare.git" c; cd c || exit 1; echo x >x; git add x; git commit -qm two; git push -q origin main 2>&1; git -C ../bare.git log --oneline main | wc -l; cd ..
eval "$(ssh-agent)" >/dev/null; ssh-add -q k_ed25519; ssh-add -l | wc -l; $S -o IdentityFile=none -o IdentitiesOnly=no box echo by the agent; kill "$SSH_AGENT_PID"
ssh -F config -i k_ecdsa -o IdentityFile=k_ecdsa -o IdentitiesOnly=yes -o BatchMode=yes -o ControlPath=none -l nobody box true >/dev/null 2>&1; echo "other user $?"
kill "$(cat pid)"; for i in {1..100}; do [ -e pid ] || break; sleep .05; done; ls pid 2>/dev/null; grep -c fatal log
[ -z "${made-}" ] || rmdir /run/sshd
cd /; rm -rf "$d"
