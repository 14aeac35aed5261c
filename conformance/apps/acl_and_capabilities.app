interpreter: /bin/bash
packages: acl attr libcap2-bin tar
needs: /usr/bin/setfacl /usr/bin/getfattr /usr/sbin/setcap
timeout: 60
program: setfacl, getfacl, setcap, getfattr
---
# lists, defaults, copies and archives of them; a program with capabilities that a user runs
[ "$(id -u)" = 0 ] || { echo "root only"; exit 0; }
d=$(mktemp -d -p /var/tmp) && cd "$d" && chmod 755 . || exit 1; umask 022
mkdir dir; echo x >f; chmod 640 f
setfacl -m u:11:rw,g:12:r f; getfacl -n f; stat -c %A f
setfacl -d -m u:11:rwx,o::- dir; mkdir dir/sub; echo y >dir/sub/g; getfacl -nR dir
chmod 600 f; getfacl -n f | grep mask; setfacl -x u:11 f; getfacl -nc f; setfacl -b f; ls -l f | cut -c1-11
cp -a dir copy; getfacl -nc copy/sub/g; tar --acls -cf t.tar dir; mkdir x; tar --acls -C x -xf t.tar; getfacl -nc x/dir/sub
cp /usr/bin/cat reader; echo secret >s; chmod 600 s
sh -c 'setpriv --reuid 11 --regid 11 --clear-groups ./reader s; echo "status $?"' 2>&1
setcap cap_dac_read_search+ep reader; getcap reader; sh -c 'setpriv --reuid 11 --regid 11 --clear-groups ./reader s; echo "status $?"' 2>&1
setpriv --reuid 11 --regid 11 --clear-groups --no-new-privs ./reader s 2>&1; cp --preserve=all reader other; getcap other; echo >>other; getcap other
setfattr -n user.a -v b f; setfattr -n trusted.c -v d f; getfattr -dm- f; cd /; rm -rf "$d"
