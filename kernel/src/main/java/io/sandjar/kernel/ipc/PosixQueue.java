// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.ipc;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Cap;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.vfs.Creds;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A POSIX message queue (mq_overview(7)): messages by falling priority, first come first served within one. */
public final class PosixQueue {
    /** Limits of an unprivileged caller, /proc/sys/fs/mqueue. */
    public static final int MAX_MESSAGES = 10;

    public static final int MAX_SIZE = 8192;

    /** Limits of CAP_SYS_RESOURCE. */
    public static final int HARD_MESSAGES = 65536;

    public static final int HARD_SIZE = 1 << 24;
    public static final int MAX_PRIORITY = 32768;

    /** sizeof(struct msg_msg), and that of a node of its tree. */
    private static final int WORDS = 48;

    /** What a message takes beside its text. */
    private static final int MESSAGE_BYTES = 120;

    /** A message with its priority. */
    public record Message(int priority, byte[] text) {}

    /** Hears of the first message that comes into the empty queue, once (mq_notify(3)). */
    public interface Notice {
        void arrived();

        /** The registration ended without a message. */
        default void withdrawn() {}
    }

    public final WaitQueue queue = new WaitQueue();
    private final int uid;
    private final int gid;
    private final int mode;
    private final int maxMessages;
    private final int messageSize;
    private final TreeMap<Integer, ArrayDeque<byte[]>> messages = new TreeMap<>();
    private int count;
    private int opened;
    private boolean unlinked;
    private int receivers;
    private @Nullable Notice notice;
    private @Nullable Object noticeOwner;

    public PosixQueue(Creds c, int mode, int maxMessages, int messageSize) {
        this.uid = c.fsuid();
        this.gid = c.fsgid();
        this.mode = mode;
        this.maxMessages = maxMessages;
        this.messageSize = messageSize;
    }

    /** What a queue of this size counts against RLIMIT_MSGQUEUE: its messages, and Linux's own words about each. */
    public static long charge(int maxMessages, int messageSize) {
        return (long) maxMessages * (messageSize + WORDS) + (long) Math.min(maxMessages, MAX_PRIORITY) * WORDS;
    }

    public long charge() {
        return charge(maxMessages, messageSize);
    }

    public int uid() {
        return uid;
    }

    public int gid() {
        return gid;
    }

    public int mode() {
        return mode;
    }

    public int maxMessages() {
        return maxMessages;
    }

    public int messageSize() {
        return messageSize;
    }

    public synchronized int count() {
        return count;
    }

    /** Bytes of all messages. */
    public synchronized long bytes() {
        long n = 0;
        for (ArrayDeque<byte[]> of : messages.values()) {
            for (byte[] text : of) {
                n += text.length;
            }
        }
        return n;
    }

    public boolean may(Creds c, int want) {
        int granted = c.fsuid() == uid ? mode >> 6 : c.inGroup(gid) ? mode >> 3 : mode;
        return (want & ~granted & 7) == 0
                || (c.hasHere(Cap.CAP_DAC_OVERRIDE) && c.userNs().localUid(uid) != -1);
    }

    private static long heapBytes(byte[] text) {
        return MESSAGE_BYTES + text.length;
    }

    /** One more description of it. */
    synchronized void open() {
        opened++;
    }

    synchronized void close() {
        opened--;
        goneIfUnused();
    }

    /** It has no name any more, and goes with its last description. */
    public synchronized void unlink() {
        unlinked = true;
        goneIfUnused();
    }

    private void goneIfUnused() {
        if (unlinked && opened == 0) {
            HeapRoom.OBJECTS.give(bytes() + (long) count * MESSAGE_BYTES);
            messages.clear();
            count = 0;
        }
    }

    /** 0, -EAGAIN while it is full, -ENOMEM. */
    public int send(Message m) {
        Notice tell = null;
        synchronized (this) {
            if (count >= maxMessages) {
                return -EAGAIN;
            }
            if (!HeapRoom.OBJECTS.take(heapBytes(m.text))) {
                return -ENOMEM;
            }
            messages.computeIfAbsent(m.priority, p -> new ArrayDeque<>()).add(m.text);
            if (count++ == 0 && receivers == 0) {
                tell = notice;
                notice = null;
                noticeOwner = null;
            }
        }
        queue.wake(POLLIN | POLLRDNORM);
        if (tell != null) {
            tell.arrived();
        }
        return 0;
    }

    /** The message of the highest priority; null while there is none. */
    public @Nullable Message receive() {
        Message m;
        synchronized (this) {
            Map.Entry<Integer, ArrayDeque<byte[]>> e = messages.lastEntry();
            byte[] text = e == null ? null : e.getValue().poll();
            if (e == null || text == null) {
                return null;
            }
            if (e.getValue().isEmpty()) {
                messages.remove(e.getKey());
            }
            count--;
            HeapRoom.OBJECTS.give(heapBytes(text));
            m = new Message(e.getKey(), text);
        }
        queue.wake(POLLOUT | POLLWRNORM);
        return m;
    }

    /** Counts who waits for a message: they go before a notice. */
    public synchronized void receivers(int by) {
        receivers += by;
    }

    /** 0, or -EBUSY when somebody is registered already. */
    public synchronized int register(Object owner, Notice n) {
        if (notice != null) {
            return -EBUSY;
        }
        notice = n;
        noticeOwner = owner;
        return 0;
    }

    public void unregister(Object owner) {
        Notice old = null;
        synchronized (this) {
            if (owner.equals(noticeOwner)) {
                old = notice;
                notice = null;
                noticeOwner = null;
            }
        }
        if (old != null) {
            old.withdrawn();
        }
    }

    int poll() {
        int n = count();
        return (n > 0 ? POLLIN | POLLRDNORM : 0) | (n < maxMessages ? POLLOUT | POLLWRNORM : 0);
    }
}
