// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import com.google.protobuf.Timestamp;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A process that containerd knows: a container's first one, or one of Exec. Start and the end of a process exclude each other
 * by its lock, so that "start" is told before "exit" however soon it ends; readers take no lock.
 */
final class TaskProcess {
    /** How far it is. */
    enum Phase {
        /** Create has begun, or Exec has been heard; nothing runs. */
        ADDED,
        /** The first process waits for Start. */
        CREATED,
        RUNNING,
        STOPPED
    }

    /** For Start, the end, Delete; held while the runtime works. */
    final ReentrantLock lock = new ReentrantLock();

    final String container;

    /** Empty: the container's first process. */
    final String execId;

    final Stdio io;

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Phase phase = Phase.ADDED;
    private volatile int pid;
    private volatile int exitStatus;
    private volatile long exitedNanos;

    /** Whether containerd has been told of its end. */
    volatile boolean exitTold;

    TaskProcess(String container, String execId, Stdio io) {
        this.container = container;
        this.execId = execId;
        this.io = io;
    }

    boolean first() {
        return execId.isEmpty();
    }

    /** Its name for the supervisor. */
    String name() {
        return first() ? container : container + "/" + execId;
    }

    Phase phase() {
        return phase;
    }

    int pid() {
        return pid;
    }

    int exitStatus() {
        return exitStatus;
    }

    /** Nanoseconds since 1970. */
    long exitedNanos() {
        return exitedNanos;
    }

    void created(int newPid) {
        pid = newPid;
        phase = Phase.CREATED;
    }

    void running(int newPid) {
        pid = newPid;
        phase = Phase.RUNNING;
    }

    void stopped(int status, long nanos) {
        exitStatus = status;
        exitedNanos = nanos;
        phase = Phase.STOPPED;
    }

    /** As it was read from a file. */
    void restore(Phase was, int oldPid, int status, long nanos, boolean told) {
        pid = oldPid;
        exitStatus = status;
        exitedNanos = nanos;
        exitTold = told;
        phase = was;
        if (was == Phase.STOPPED) {
            release();
        }
    }

    /** Lets those go that wait for the end; when all output has got out. */
    void release() {
        ended.countDown();
    }

    /** Waits for the end. */
    void await() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.unknown("interrupted");
        }
    }

    boolean await(long millis) {
        try {
            return ended.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    Timestamp exitedAt() {
        return Times.timestamp(exitedNanos);
    }
}
