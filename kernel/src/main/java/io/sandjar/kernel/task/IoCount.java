// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

/** What a thread has read and written, for /proc/PID/io. Only its own calls write here; readers may see a little less. */
public final class IoCount {
    long readChars;
    long writtenChars;
    long readCalls;
    long writeCalls;

    /** A read that ended with {@code result}. */
    public void read(long result) {
        readCalls++;
        readChars += Math.max(result, 0);
    }

    /** A write that ended with {@code result}. */
    public void wrote(long result) {
        writeCalls++;
        writtenChars += Math.max(result, 0);
    }

    /** Adds what another one counted. */
    void add(IoCount other) {
        readChars += other.readChars;
        writtenChars += other.writtenChars;
        readCalls += other.readCalls;
        writeCalls += other.writeCalls;
    }

    @Override
    public String toString() {
        return "rchar: " + readChars + "\nwchar: " + writtenChars + "\nsyscr: " + readCalls + "\nsyscw: " + writeCalls
                + "\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n";
    }
}
