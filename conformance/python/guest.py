# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# guest.py - runs one module of CPython's regression tests and writes one line per method, as soon as it is known.
#
#   python3.11 guest.py REPORT SECONDS MODULE [--only FILE] [--not FILE]
#
# REPORT   file that lines are appended to: `begin ID`, then `ok ID`, `not ok ID: REASON`, `skip ID: REASON`; `end` at last
# SECONDS  limit of one method; past it the process ends with its stacks on stderr (the caller sees the `begin` without an end)
# FILE     ids, one a line: only these methods, or not these

import faulthandler
import functools
import importlib
import os
import sys
import unittest

from test import support
from test.libregrtest import setup
from test.libregrtest.cmdline import _parse_args
from test.support import os_helper


def first_line(text):
    return ' '.join(text.strip().splitlines()[-1:])[:300]


class Report(unittest.TestResult):
    """The results as lines; the method that runs is watched by a timer."""

    def __init__(self, out, seconds):
        super().__init__()
        self.out = out
        self.seconds = seconds
        self.buffer = False

    def line(self, *words):
        os.write(self.out, (' '.join(words).replace('\n', ' ') + '\n').encode('utf-8', 'backslashreplace'))

    def startTest(self, test):
        super().startTest(test)
        self.bad = None
        self.skip = None
        self.line('begin', test.id())
        faulthandler.dump_traceback_later(self.seconds, exit=True)

    def stopTest(self, test):
        faulthandler.cancel_dump_traceback_later()
        super().stopTest(test)
        if self.bad is not None:
            self.line('not ok', test.id() + ':', self.bad)
        elif self.skip is not None:
            self.line('skip', test.id() + ':', self.skip)
        else:
            self.line('ok', test.id())

    def failed(self, test, err):
        text = self._exc_info_to_string(err, test)
        sys.stderr.write('==== %s\n%s\n' % (test.id(), text))
        sys.stderr.flush()
        if hasattr(self, 'bad') and not test.id().startswith(('setUp', 'tearDown')):
            self.bad = self.bad or first_line(text)
        else:
            self.line('begin', test.id())
            self.line('not ok', test.id() + ':', first_line(text))

    def addError(self, test, err):
        super().addError(test, err)
        self.failed(test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.failed(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.failed(test, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if isinstance(test, unittest.TestCase) and hasattr(self, 'bad'):
            self.skip = str(reason)
        else:
            self.line('begin', test.id())
            self.line('skip', test.id() + ':', str(reason))

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.bad = 'unexpected success'


def ids(name):
    with open(name, encoding='utf-8', errors='surrogateescape') as f:
        return set(f.read().split('\n'))


def main(report, seconds, module, *options):
    out = os.open(report, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    only = excluded = None
    while options:
        if options[0] == '--only':
            only = ids(options[1])
        else:
            excluded = ids(options[1])
        options = options[2:]

    setup.setup_tests(_parse_args(['-u', 'none']))
    result = Report(out, float(seconds))

    def wanted(test):
        name = test.id()
        return (only is None or name in only) and (excluded is None or name not in excluded)

    def run_suite(suite):
        support._filter_suite(suite, wanted)
        suite.run(result)

    support._run_suite = run_suite
    with os_helper.temp_cwd('python_test', quiet=True):
        try:
            tests = importlib.import_module('test.' + module)
            if hasattr(tests, 'test_main'):
                tests.test_main()
            else:
                support.run_unittest(unittest.TestLoader().loadTestsFromModule(tests))
        except unittest.SkipTest as e:
            result.line('begin', 'module')
            result.line('skip', 'module:', str(e))
        support.reap_children()
    result.line('end')


if __name__ == '__main__':
    main(*sys.argv[1:])
