interpreter: /bin/bash
packages: git
needs: /usr/bin/git
timeout: 120
---
d=$(mktemp -d); cd "$d" || exit 1
export HOME=$d GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_DATE='2001-02-03T04:05:06Z' GIT_COMMITTER_DATE='2001-02-03T04:05:06Z'
git init -q -b main r && cd r || exit 1
for i in {1..200}; do echo "content $i" >"f$i"; done
mkdir sub; echo x >sub/y; ln -s f1 link; chmod +x f2
git add . && git commit -q -m first && git rev-parse HEAD
echo more >>f3; git status --short; git diff --stat; git commit -qam second; git log --oneline | cat
git checkout -q -b side HEAD~1; echo side >s; git add s; git commit -qm side; git merge -q -m merged main; git log --oneline | wc -l
git tag v1; git gc -q; git fsck 2>&1 | grep -v '^Checking' | head; git count-objects | cut -d' ' -f1
cd ..; git clone -q "file://$d/r" c 2>&1; cd c; git rev-parse HEAD; ls | wc -l; git branch -a | sort
git clone -q --bare ../r ../bare.git; echo z >z; git add z; git commit -qm z; git push -q ../bare.git HEAD:refs/heads/pushed 2>&1; git -C ../bare.git branch | sort
git stash list; echo dirty >>f1; git stash -q; git stash pop -q; git diff --name-only; git checkout -q f1
git archive HEAD | tar tf - | wc -l; git grep -c 'content 42' | head -n 2; git worktree add -q -b wt ../w 2>&1; ls ../w | wc -l
cd /; rm -rf "$d"
