# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# one - runs one case and takes its pods away: one.bash DIR FILE FUNCTION
here=$1
# shellcheck source=/dev/null
. "$here/lib/env.bash"
# shellcheck source=/dev/null
. "$2"
CASE=$(mktemp -d "$CD/case.XXXXXX")
away() {
    local p
    for p in $(cat "$CASE/pods" 2>/dev/null); do
        stop_pod "$p"
        remove_pod "$p"
    done
    find "$V1"/*"$CGROUP" -mindepth 1 -depth -type d ! -path '*/daemons*' -exec rmdir {} \; 2>/dev/null
    rm -rf "$CASE"
}
trap away EXIT
"$3"
