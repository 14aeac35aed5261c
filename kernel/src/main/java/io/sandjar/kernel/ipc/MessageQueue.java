// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.ipc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.MsqidDsLayout;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.vfs.Creds;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** A queue of messages with types. */
public final class MessageQueue extends IpcObject {
    /** Longest message, /proc/sys/kernel/msgmax. */
    public static final int MAX_SIZE = 8192;

    /** Bytes that a queue holds at first, /proc/sys/kernel/msgmnb. */
    public static final int DEFAULT_BYTES = 16384;

    private static final int MESSAGE_BYTES = 64;
    private static final int QUEUE_BYTES = 400;

    /** A message. */
    public record Message(long type, byte[] text) {}

    private final ArrayDeque<Message> messages = new ArrayDeque<>();
    private long bytes;
    private long maxBytes = DEFAULT_BYTES;
    private long stime;
    private long rtime;
    private int lastSender;
    private int lastReceiver;

    public MessageQueue(int key, Creds c, int mode) {
        super(key, c, mode);
    }

    private static int heapBytes(Message m) {
        return m.text.length + MESSAGE_BYTES;
    }

    @Override
    int heapBytes() {
        return QUEUE_BYTES;
    }

    @Override
    synchronized void gone() {
        for (Message m : messages) {
            HeapRoom.OBJECTS.give(heapBytes(m));
        }
        messages.clear();
        bytes = 0;
    }

    /** 0, -EAGAIN when there is no room, -EIDRM. */
    public int send(Message m, int pid) {
        synchronized (this) {
            if (removed()) {
                return -EIDRM;
            }
            if (!roomFor(m.text.length)) {
                return -EAGAIN;
            }
            if (!HeapRoom.OBJECTS.take(heapBytes(m))) {
                return -ENOMEM;
            }
            messages.add(m);
            bytes += m.text.length;
            stime = now();
            lastSender = pid;
        }
        queue.wake(1);
        return 0;
    }

    public synchronized boolean roomFor(int n) {
        return removed() || (bytes + n <= maxBytes && messages.size() < maxBytes);
    }

    private @Nullable Message choose(long type, boolean except) {
        Message best = null;
        for (Message m : messages) {
            if (type == 0 || (type > 0 && (m.type == type) != except)) {
                return m;
            }
            if (type < 0 && m.type <= -type && (best == null || m.type < best.type)) {
                best = m;
            }
        }
        return best;
    }

    public synchronized boolean has(long type, boolean except) {
        return removed() || choose(type, except) != null;
    }

    /**
     * Takes a message.
     *
     * @param max the longest that is taken; a longer one stays (-E2BIG) unless {@code cut}
     * @return the message, or null with the error in {@code error[0]}
     */
    public @Nullable Message receive(long type, boolean except, long max, boolean cut, int pid, int[] error) {
        Message m;
        synchronized (this) {
            m = removed() ? null : choose(type, except);
            if (m == null) {
                error[0] = removed() ? -EIDRM : -ENOMSG;
                return null;
            }
            if (m.text.length > max && !cut) {
                error[0] = -E2BIG;
                return null;
            }
            messages.remove(m);
            HeapRoom.OBJECTS.give(heapBytes(m));
            bytes -= m.text.length;
            rtime = now();
            lastReceiver = pid;
        }
        queue.wake(1);
        return m;
    }

    /** A message by its place in the queue, which stays there (MSG_COPY); otherwise as {@link #receive}. */
    public synchronized @Nullable Message copy(long index, long max, boolean cut, int[] error) {
        long left = index;
        for (Message m : messages) {
            if (left-- == 0) {
                error[0] = -E2BIG;
                return m.text.length > max && !cut ? null : m;
            }
        }
        error[0] = removed() ? -EIDRM : -ENOMSG;
        return null;
    }

    public synchronized void setMaxBytes(long n) {
        maxBytes = n;
    }

    public synchronized long maxBytes() {
        return maxBytes;
    }

    @Override
    public synchronized byte[] stat() {
        byte[] b = new byte[MsqidDsLayout.SIZEOF];
        encodePerm(b);
        Bytes.put64(b, MsqidDsLayout.msg_stime, stime);
        Bytes.put64(b, MsqidDsLayout.msg_rtime, rtime);
        Bytes.put64(b, MsqidDsLayout.msg_ctime, ctime);
        Bytes.put64(b, MsqidDsLayout.msg_cbytes, bytes);
        Bytes.put64(b, MsqidDsLayout.msg_qnum, messages.size());
        Bytes.put64(b, MsqidDsLayout.msg_qbytes, maxBytes);
        Bytes.put32(b, MsqidDsLayout.msg_lspid, lastSender);
        Bytes.put32(b, MsqidDsLayout.msg_lrpid, lastReceiver);
        return b;
    }
}
