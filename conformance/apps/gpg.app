interpreter: /bin/bash
packages: gnupg
needs: /usr/bin/gpg /usr/bin/gpg-agent
timeout: 90
program: gpg
---
# keys with the agent, signatures, encryption; the agent's sockets live in a short directory
d=$(mktemp -d); cd "$d" || exit 1; export GNUPGHOME=$d/g; mkdir -m 700 g
gpg --batch -q --passphrase '' --quick-generate-key 'A <a@example.org>' ed25519 default never 2>/dev/null; echo "key $?"
gpg --batch -q --passphrase '' --quick-add-key "$(gpg --list-keys --with-colons | awk -F: '/^fpr/ {print $10; exit}')" cv25519 encr never 2>/dev/null; echo "subkey $?"; gpg --check-trustdb 2>/dev/null
gpg --batch -q --passphrase '' --quick-generate-key 'R <r@example.org>' rsa2048 default never 2>/dev/null; echo "rsa $?"
seq 5000 >m; gpg --batch -q -u a@example.org -o m.gpg -s m; gpg --batch -q --verify m.gpg 2>&1 | grep -c 'Good signature'; gpg -q -d m.gpg 2>/dev/null | cmp - m && echo same
gpg --batch -q -u r@example.org -b -a m; gpg --verify m.asc m 2>&1 | grep -c 'Good signature'; echo x >>m; gpg --verify m.asc m 2>&1 | grep -c BAD
gpg --batch -q --trust-model always -r a@example.org -e -o e m; gpg --batch -q -d e 2>/dev/null | cmp - m && echo decrypted
gpg --batch -q --pinentry-mode loopback --passphrase secret -c -o s m; gpg --batch -q --pinentry-mode loopback --passphrase secret -d s 2>/dev/null | cmp - m && echo symmetric; gpg --batch -q --pinentry-mode loopback --passphrase wrong -d s 2>/dev/null; echo "wrong $?"
gpg --export -a a@example.org >pub; mkdir -m 700 h; GNUPGHOME=$d/h gpg -q --import pub 2>&1; GNUPGHOME=$d/h gpg --list-keys --with-colons 2>/dev/null | grep -c '^pub'
gpg-connect-agent 'getinfo version' /bye | grep -c OK; gpgconf --kill all; GNUPGHOME=$d/h gpgconf --kill all
cd /; rm -rf "$d"
