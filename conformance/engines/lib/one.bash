# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# one - runs one case: one.bash DIR FILE FUNCTION
here=$1
# shellcheck source=/dev/null
. "$here/lib/env.bash"
# shellcheck source=/dev/null
. "$2"
"$3"
