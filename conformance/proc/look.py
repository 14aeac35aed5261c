# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
"""What /proc and /sys look like from here, one line of JSON a file: kind, permissions, shape of the text, errors of writers.

Values differ from machine to machine and from moment to moment, so only what stays is said: which keys a text has, its heading,
how many words its line. Nothing is changed: garbage goes only to files of this process and to settings that are numbers (EINVAL).
"""
import ctypes
import errno
import json
import os
import re
import stat
import sys

LARGEST = 1 << 20
SETTINGS = set(sys.argv[1].split(',')) if len(sys.argv) > 1 else set()
GARBAGE = b'garbage\n'
# reading these waits, takes what others want, or tells of the whole machine's memory
UNREAD = {'kcore', 'kmsg', 'kpagecgroup', 'kpagecount', 'kpageflags', 'mem', 'pagemap', 'sysrq-trigger', 'config.gz', 'trace_pipe'}
# what of /sys is looked at to the ground; the rest only by the names at its top
GROUNDS = ['devices/system/clocksource', 'devices/system/cpu', 'devices/system/memory', 'devices/system/node', 'class/net/lo',
           'kernel/mm']
TOPS = ['', 'devices', 'devices/system', 'devices/virtual', 'class', 'kernel', 'fs', 'class/net', 'firmware', 'bus', 'block', 'dev',
        'power', 'module']


def error(number):
    return errno.errorcode.get(number, str(number))


def number(word):
    return re.fullmatch(r'-?(0x)?[0-9a-f]+(\.[0-9]+)?', word) is not None and any(c.isdigit() for c in word)


def keys(lines):
    """The first words of lines `key: value`, `key = value`, `key : value` or `key number...`; None when that is not the form."""
    found = []
    for line in lines:
        if not line.strip():
            continue
        m = re.fullmatch(r'\s*([A-Za-z_][^:=]*?)\s*[:=]\s*(.*)', line) or re.fullmatch(r'\s*([A-Za-z_]\S*)((\s+-?[0-9.]+)*)\s*', line)
        if m is None:
            return None
        found.append(re.sub('[0-9]+', 'N', m.group(1)))
    return sorted(set(found)) if found else None


def heading(path, line):
    """Whether the only line is the heading of a table that is empty now."""
    words = line.split()
    return not path.startswith('/proc/sys/') and len(words) > 2 and not any(number(w) for w in words)


def shape(path, text):
    lines = text.split('\n')
    if lines[-1] == '':
        lines.pop()
    if not any(line.strip() for line in lines):
        return {'shape': 'empty'}
    if len(lines) == 1 and not heading(path, lines[0]):
        words = lines[0].split()
        return {'shape': 'line', 'words': ' '.join('n' if number(w) else 'w' for w in words) if len(words) < 12 else 'many'}
    k = keys(lines)
    if k is not None:
        return {'shape': 'keys', 'keys': k}
    words = lines[0].split()
    if any(c.isdigit() for c in lines[0]):
        return {'shape': 'table', 'words': len(words)}
    return {'shape': 'table', 'heading': ' '.join(words)}


def look_at_text(path, mode, out):
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as e:
        out['open'] = error(e.errno)
        return
    try:
        text = b''
        while len(text) < LARGEST:
            piece = os.read(fd, 65536)
            if not piece:
                break
            text += piece
        if b'\0' in text:
            out['shape'] = 'binary'
        else:
            out.update(shape(path, text.decode('latin-1')))
    except OSError as e:
        out['read'] = error(e.errno)
    finally:
        os.close(fd)


def write_garbage(path, out):
    try:
        fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as e:
        out['open to write'] = error(e.errno)
        return
    try:
        out['write'] = os.write(fd, GARBAGE)
    except OSError as e:
        out['write'] = error(e.errno)
    finally:
        os.close(fd)


def harmless(path, out):
    """Whether garbage can change nothing but this process: a number stays one. Of the settings only those that were named."""
    if path.startswith('/proc/sys/'):
        return path in SETTINGS and out.get('shape') == 'line' and set(out['words'].split()) == {'n'}
    return path.startswith('/proc/self/') and os.path.basename(path) not in UNREAD | {'comm', 'sched'}


def name_of(path):
    """Names with numbers that depend on the machine become one."""
    path = re.sub(r'^/proc/self/(task/)?[0-9]+', r'/proc/self/\1TID', path)
    return re.sub(r'/(fd|fdinfo|map_files)/[^/]+$', r'/\1/N', path)


def look(path, seen):
    name = name_of(path)
    if name in seen:
        return None
    seen.add(name)
    s = os.lstat(path)
    out = {'name': name, 'mode': '%04o' % stat.S_IMODE(s.st_mode)}
    kind = stat.S_IFMT(s.st_mode)
    if kind == stat.S_IFLNK:
        out['kind'] = 'link'
    elif kind == stat.S_IFDIR:
        out['kind'] = 'directory'
    else:
        out['kind'] = 'file'
        if os.path.basename(path) not in UNREAD and s.st_mode & 0o444:
            look_at_text(path, s.st_mode, out)
        if s.st_mode & 0o222 and harmless(path, out):
            write_garbage(path, out)
    print(json.dumps(out))
    return kind


def walk(path, seen, depth, skip=lambda name: False):
    try:
        kind = look(path, seen)
    except OSError as e:
        print(json.dumps({'name': name_of(path), 'stat': error(e.errno)}))
        return
    if kind != stat.S_IFDIR or depth == 0:
        return
    try:
        names = sorted(os.listdir(path))
    except OSError as e:
        print(json.dumps({'name': name_of(path) + '/', 'list': error(e.errno)}))
        return
    for n in names:
        if not skip(n):
            walk(path.rstrip('/') + '/' + n, seen, depth - 1, skip)


def more_than_the_first(name):
    """Processors, blocks of memory, caches and the like: the first stands for all."""
    m = re.fullmatch('(cpu|memory|node|index|policy|state)([0-9]+)', name)
    return m is not None and m.group(2) != '0'


def of_the_machine(name):
    """Interfaces of the machine's own network, and what there is more than once."""
    return more_than_the_first(name) or name.startswith(('eth', 'ens', 'enp', 'ifb', 'wlan', 'veth', 'docker', 'br-', 'virbr'))


def main():
    ctypes.CDLL(None).prctl(15, b'look', 0, 0, 0)
    seen = set()
    for n in sorted(os.listdir('/proc')):
        if not n.isdigit() and n not in ('self', 'net', 'sys'):
            walk('/proc/' + n, seen, 4, lambda name: name.isdigit())
    walk('/proc/sys', seen, 9, of_the_machine)
    walk('/proc/self', seen, 0)
    for n in sorted(os.listdir('/proc/self')):
        if n != 'task':
            walk('/proc/self/' + n, seen, 5)
    walk('/proc/self/task', seen, 0)
    task = '/proc/self/task/%d' % os.getpid()
    for n in sorted(os.listdir(task)):
        walk(task + '/' + n, seen, 1 if n != 'net' else 0)
    for top in TOPS:
        walk('/sys/' + top if top else '/sys', seen, 1, of_the_machine)
    for ground in GROUNDS:
        if os.path.lexists('/sys/' + ground):
            if not os.path.islink('/sys/' + ground):
                seen.discard('/sys/' + ground)
            walk(os.path.realpath('/sys/' + ground), seen, 9, more_than_the_first)


sys.stdout.reconfigure(line_buffering=False)
main()
