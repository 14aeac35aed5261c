interpreter: /bin/bash
packages: ripgrep fd-find bat hyperfine
needs: /usr/bin/rg /usr/bin/fdfind /usr/bin/batcat /usr/bin/hyperfine
timeout: 90
program: ripgrep, fd, bat, hyperfine (Rust)
---
d=$(mktemp -d); cd "$d" || exit 1; export HOME=$d
for i in {1..20}; do mkdir -p t/d$i; for j in {1..15}; do echo "line $i $j needle$((i * j))" >t/d$i/f$j.txt; done; done; echo 'd3/' >t/.ignore; ln -s d1 t/l; printf 'a\0needle' >t/bin
rg -c needle t --no-messages | wc -l; rg -o 'needle\d+5\b' t --sort path -I | sort | uniq -c | sort -rn | head -n 3; rg -l --no-ignore 'needle12$' t --sort path; rg --stats nothing t | grep searched; echo "status $?"
rg --mmap needle7 t/d7/f1.txt; rg -uu --files t | wc -l; rg -U 'line 1 1.*\n' t/d1/f1.txt; echo piped needle | rg needle; rg -j 4 -z x /dev/null; echo "none $?"
fdfind -e txt . t | wc -l; fdfind -t l . t; fdfind -t d '^d1' t | sort; fdfind -j 4 f1.txt t -x echo {/.} | sort | uniq -c; fdfind -t f . t -X wc -l | tail -n 1 | tr -s ' '; fdfind --changed-within 1h -t f f2 t/d1 | sort
batcat -pp --color=always -l c - <<<'int main(void) { return 0; }' | sha256sum; batcat -A -pp t/d1/f1.txt; batcat --style=numbers --paging=never t/d1/f2.txt; batcat nothing; echo "status $?"
hyperfine -N -w 1 -r 3 --export-json h.json true false -i >/dev/null 2>&1; echo "hyperfine $?"; grep -c '"command"' h.json; grep -o '"exit_codes"' h.json | wc -l
cd /; rm -rf "$d"
