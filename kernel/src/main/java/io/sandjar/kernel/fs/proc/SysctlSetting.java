// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.vfs.Caller;
import java.util.StringTokenizer;

/** A value that root may change; where it is made of numbers it stays so, and has no more of them than before. */
class SysctlSetting extends ConstantFile {
    private final int numbers;

    SysctlSetting(ProcFs fs, String text) {
        super(fs, text, 0644);
        this.numbers = numbers(text);
    }

    @Override
    protected int store(Caller c, String data) {
        if (numbers > 0) {
            int n = numbers(data);
            if (data.isBlank()) {
                return data.length(); // nothing to change
            }
            if (n <= 0 || n > numbers) {
                return -EINVAL;
            }
            return n == numbers ? super.store(c, tabs(data)) > 0 ? data.length() : -EINVAL : partly(c, data);
        }
        return super.store(c, data);
    }

    /** Fewer numbers than there are: the others stay. */
    private int partly(Caller c, String data) {
        StringBuilder now = new StringBuilder();
        text(c, now);
        int at = 0;
        for (int i = numbers(data); i > 0; i--) {
            at = now.indexOf("\t", at) + 1;
        }
        super.store(c, tabs(data).strip() + "\t" + now.substring(at));
        return data.length();
    }

    private static String tabs(String data) {
        StringBuilder b = new StringBuilder();
        StringTokenizer words = new StringTokenizer(data);
        while (words.hasMoreTokens()) {
            b.append(b.isEmpty() ? "" : "\t").append(words.nextToken());
        }
        return b.append('\n').toString();
    }

    /** How many whole numbers a text is made of; -1 when it has anything else, 0 when it is empty. */
    private static int numbers(String text) {
        StringTokenizer words = new StringTokenizer(text);
        int n = 0;
        while (words.hasMoreTokens()) {
            String w = words.nextToken();
            for (int i = w.startsWith("-") && w.length() > 1 ? 1 : 0; i < w.length(); i++) {
                if (w.charAt(i) < '0' || w.charAt(i) > '9') {
                    return -1;
                }
            }
            n++;
        }
        return n;
    }

    /** Something that is done when a number is written: there is nothing to do, caches and routes being the host's or none. */
    static final class Order extends ConstantFile {
        private final int most;

        /** @param most the highest number that Linux takes; 1 is the lowest */
        Order(ProcFs fs, int most) {
            super(fs, "", 0200);
            this.most = most;
        }

        @Override
        protected int store(Caller c, String data) {
            long n = Fields.decimal(data);
            return n < 1 || n > most ? -EINVAL : data.length();
        }
    }

    /** A value that may be written and stays as it is: Linux, too, gives only as many huge pages as it has. */
    static final class Unchanged extends SysctlSetting {
        Unchanged(ProcFs fs, String text) {
            super(fs, text);
        }

        @Override
        protected void keep(String text) {
            // there are none
        }
    }
}
