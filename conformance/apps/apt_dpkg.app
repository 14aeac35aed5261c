interpreter: /bin/bash
packages: apt dpkg apt-utils
needs: /usr/bin/apt-get /usr/bin/dpkg-deb /usr/bin/apt-ftparchive
timeout: 240
program: apt-get, dpkg
remark: in an overlay over /, natively and inside
---
# in an overlay over / packages made here are installed, upgraded with a changed conffile, removed and purged
[ "$(id -u)" = 0 ] || { echo "root only"; exit 0; }
d=$(mktemp -d); cd "$d" || exit 1; chmod 755 .
pk() { # NAME VERSION DEPENDS
  mkdir -p b/DEBIAN "b/usr/share/$1/deep" b/etc; seq "${2%.*}000" >"b/usr/share/$1/data"; ln -s data "b/usr/share/$1/link"; echo "conf $2" >"b/etc/$1.conf"; echo "/etc/$1.conf" >b/DEBIAN/conffiles
  printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: a <a@b>\nDepends: %s\nDescription: x\n' "$1" "$2" "$3" >b/DEBIAN/control
  for s in preinst postinst prerm postrm; do printf '#!/bin/sh\nset -e\necho "%s %s $1" >>/var/tmp/scripts\n' "$1" $s >b/DEBIAN/$s; chmod 755 b/DEBIAN/$s; done
  dpkg-deb --root-owner-group -Zxz -b b "repo/$1_$2_all.deb" >/dev/null; rm -rf b
  (cd repo && apt-ftparchive packages . >Packages); }
mkdir repo repo2; pk sjt-lib 1.0 dpkg; pk sjt-app 1.0 'sjt-lib (>= 1.0)'; cp repo/* repo2; pk sjt-app 2.0 sjt-lib
cat >in <<'S'
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin; cd /; rm -f /var/tmp/scripts
st() { dpkg-query -W -f '${Package} ${Version} ${db:Status-Abbrev}\n' 'sjt-*' 2>&1; }
o='-o Dir::Etc::sourcelist=/var/tmp/list -o Dir::Etc::sourceparts=/none -o APT::Sandbox::User=root -o Dpkg::Use-Pty=false -o Acquire::Languages=none -o DPkg::Lock::Timeout=60'
echo 'deb [trusted=yes] file:/var/tmp/repo2 ./' >/var/tmp/list
apt-get -qq $o update 2>&1 | grep -v '^W:'; apt-get -qq -y $o install sjt-app >/var/tmp/log 2>&1 || cat /var/tmp/log; st; cat /var/tmp/scripts; ls /usr/share/sjt-app; wc -l </usr/share/sjt-app/data; readlink /usr/share/sjt-app/link; dpkg -S /usr/share/sjt-lib/data
echo changed >/etc/sjt-app.conf; echo 'deb [trusted=yes] file:/var/tmp/repo ./' >/var/tmp/list
apt-get -qq $o update; apt-get -qq -y $o -o DPkg::Options::=--force-confold install sjt-app >/var/tmp/log 2>&1 || cat /var/tmp/log; st; cat /etc/sjt-app.conf; ls /etc | grep sjt; wc -l </usr/share/sjt-app/data; dpkg --verify sjt-lib; echo "verify $?"
dpkg -r sjt-lib >/var/tmp/log 2>&1; echo "refused $?"; apt-get -qq -y $o remove sjt-lib >/var/tmp/log 2>&1 || cat /var/tmp/log; st; dpkg --purge sjt-app sjt-lib >/var/tmp/log 2>&1 || cat /var/tmp/log; find /usr/share /etc -maxdepth 1 -name 'sjt*'; wc -l </var/tmp/scripts; dpkg --audit | grep sjt
S
cat >out <<S
set -e
mount -t tmpfs t $d/o; mkdir o/up o/wk o/m; mount -t overlay -o lowerdir=/,upperdir=$d/o/up,workdir=$d/o/wk over o/m
mount --bind /dev o/m/dev; mount -t proc p o/m/proc; mkdir -p o/m/var/tmp; cp -r repo repo2 in o/m/var/tmp/; cd /; exec chroot $d/o/m bash /var/tmp/in
S
mkdir o; unshare --mount --propagation private bash out; echo "status $?"
cd /; rm -rf "$d"
