#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# errors - what cannot run, and the words that engines make exit statuses of. Nothing may be left behind.
. "$(dirname "$0")/lib.bash"

try() { # NAME STATUS PATTERN CHANGE
    bundle b "$4"
    mkdir -p "$work/b/rootfs/bin/adir" "$work/b/rootfs/tmp/u"
    : >"$work/b/rootfs/bin/plain"
    expect "$1" "$2" "$3" R run --bundle "$work/b" e1
    [ ! -e "$work/root/e1" ] || not_ok "$1.left" "a directory is left"
}

try not_in_path 1 '*exec: "nosuch": executable file not found in $PATH*' 'p["args"] = ["nosuch"]'
try no_path_at_all 1 '*exec: "true": executable file not found in $PATH*' 'p["args"] = ["true"]; p["env"] = ["A=1"]'
try no_such_file 1 '*exec: "/bin/nosuch": stat /bin/nosuch: no such file or directory*' 'p["args"] = ["/bin/nosuch"]'
try not_executable 1 '*exec: "/bin/plain": permission denied*' 'p["args"] = ["/bin/plain"]'
try not_executable_in_path 1 '*exec: "plain": executable file not found in $PATH*' 'p["args"] = ["plain"]'
try a_directory 1 '*exec: "/bin/adir": permission denied*' 'p["args"] = ["/bin/adir"]'
try cwd_is_a_file 1 '*not a directory*' 'p["args"] = ["pwd"]; p["cwd"] = "/etc/passwd"'
try cwd_is_made 0 '/tmp/made/here' 'p["args"] = ["pwd"]; p["cwd"] = "/tmp/made/here"'
try cwd_is_relative 1 '*' 'p["args"] = ["pwd"]; p["cwd"] = "tmp"'
try no_args 1 '*args*' 'p["args"] = []'
try no_root 1 '*' 'p["args"] = ["true"]; c["root"]["path"] = "nosuch"'
expect no_bundle 1 '*' R run --bundle "$work/nosuch" e2
expect bad_id 1 '*' R run --bundle "$work/b" ../e3
bundle b 'p["args"] = ["true"]'
echo '{' >"$work/b/config.json"
expect truncated_config 1 '*' R run --bundle "$work/b" e4
expect nothing_left 0 '' bash -c "ls $work/root 2>/dev/null"
finish
