// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.ipc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.SemidDsLayout;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.vfs.Creds;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/** A set of semaphores whose operations are done all together or not at all. */
public final class SemaphoreSet extends IpcObject {
    public static final int MAX_VALUE = 32767;

    /** Most semaphores of a set. */
    public static final int MAX_SEMS = 32000;

    /** Result of {@link #operate}: it has to wait. */
    public static final int WAIT = 1;

    private static final int SET_BYTES = 300;

    private final int[] values;
    private final int[] pids;
    private final int[] waitIncrease;
    private final int[] waitZero;

    /** What SEM_UNDO takes back when a process ends, by pid. */
    private final HashMap<Integer, int[]> undo = new HashMap<>();

    private long otime;

    public SemaphoreSet(int key, Creds c, int mode, int n) {
        super(key, c, mode);
        values = new int[n];
        pids = new int[n];
        waitIncrease = new int[n];
        waitZero = new int[n];
    }

    private int undoBytes() {
        return values.length * 4 + SET_BYTES;
    }

    @Override
    int heapBytes() {
        return values.length * 16 + SET_BYTES;
    }

    @Override
    synchronized void gone() {
        HeapRoom.OBJECTS.give((long) undo.size() * undoBytes());
        undo.clear();
    }

    public int size() {
        return values.length;
    }

    /** One operation of semop(2). */
    public record Op(int num, int op, boolean nowait, boolean undo) {}

    /**
     * Does all operations or none.
     *
     * @return 0, {@link #WAIT}, -EAGAIN, -ERANGE, -EIDRM
     */
    public int operate(Op[] ops, int pid) {
        int r;
        synchronized (this) {
            r = removed() ? -EIDRM : tryAll(ops, pid);
        }
        if (r == 0) {
            queue.wake(1);
        }
        return r;
    }

    private int tryAll(Op[] ops, int pid) {
        boolean undoes = false;
        for (Op o : ops) {
            undoes |= o.undo && o.op != 0;
        }
        int[] mine = undoes ? undo.get(pid) : null;
        if (undoes && mine == null && !HeapRoom.OBJECTS.take(undoBytes())) {
            return -ENOMEM;
        }
        int r = doAll(ops);
        if (r != 0) {
            if (undoes && mine == null) {
                HeapRoom.OBJECTS.give(undoBytes());
            }
            return r;
        }
        if (undoes && mine == null) {
            mine = new int[values.length];
            undo.put(pid, mine);
        }
        for (Op o : ops) {
            pids[o.num] = pid;
            if (mine != null && o.undo) {
                mine[o.num] -= o.op;
            }
        }
        otime = now();
        return 0;
    }

    private int doAll(Op[] ops) {
        int done = 0;
        int r = 0;
        for (; done < ops.length; done++) {
            Op o = ops[done];
            int v = values[o.num] + o.op;
            if (o.op == 0 ? values[o.num] != 0 : v < 0) {
                r = o.nowait ? -EAGAIN : WAIT;
                break;
            }
            if (v > MAX_VALUE) {
                r = -ERANGE;
                break;
            }
            values[o.num] = v;
        }
        if (r != 0) {
            while (--done >= 0) {
                values[ops[done].num] -= ops[done].op;
            }
        }
        return r;
    }

    /** Whether {@link #operate} would not wait now. */
    public synchronized boolean wouldEnd(Op[] ops) {
        if (removed()) {
            return true;
        }
        int[] before = values.clone();
        int r = 0;
        for (Op o : ops) {
            int v = values[o.num] + o.op;
            if (o.op == 0 ? values[o.num] != 0 : v < 0) {
                r = WAIT;
                break;
            }
            values[o.num] = v;
        }
        System.arraycopy(before, 0, values, 0, before.length);
        return r == 0;
    }

    /**
     * Counts the caller among those who wait for the operation that cannot be done now (GETNCNT, GETZCNT).
     *
     * @return what {@link #endWait} is to be told
     */
    public synchronized int beginWait(Op[] ops) {
        for (Op o : ops) {
            if (o.op == 0 ? values[o.num] != 0 : values[o.num] + o.op < 0) {
                (o.op == 0 ? waitZero : waitIncrease)[o.num]++;
                return o.op == 0 ? ~o.num : o.num;
            }
        }
        return values.length;
    }

    public synchronized void endWait(int token) {
        if (token < 0) {
            waitZero[~token]--;
        } else if (token < values.length) {
            waitIncrease[token]--;
        }
    }

    public synchronized int value(int i) {
        return values[i];
    }

    public synchronized int pid(int i) {
        return pids[i];
    }

    public synchronized int waiters(int i, boolean forZero) {
        return (forZero ? waitZero : waitIncrease)[i];
    }

    public synchronized int[] values() {
        return values.clone();
    }

    /** SETVAL, or SETALL when {@code i} is -1. Undo values of what is set are forgotten. */
    public void set(int i, int[] to, int pid) {
        synchronized (this) {
            for (int k = 0; k < values.length; k++) {
                if (i < 0 || i == k) {
                    values[k] = i < 0 ? to[k] : to[0];
                    pids[k] = pid;
                    for (int[] u : undo.values()) {
                        u[k] = 0;
                    }
                }
            }
            ctime = now();
        }
        queue.wake(1);
    }

    /** Whether a process has operations that are undone at its end. */
    synchronized boolean hasUndo(int pid) {
        return undo.containsKey(pid);
    }

    /** A process has ended. */
    void exited(int pid) {
        synchronized (this) {
            int @Nullable [] u = undo.remove(pid);
            if (u == null) {
                return;
            }
            HeapRoom.OBJECTS.give(undoBytes());
            for (int k = 0; k < u.length; k++) {
                values[k] = Math.clamp((long) values[k] + u[k], 0, MAX_VALUE);
            }
            otime = now();
        }
        queue.wake(1);
    }

    @Override
    public synchronized byte[] stat() {
        byte[] b = new byte[SemidDsLayout.SIZEOF];
        encodePerm(b);
        Bytes.put64(b, SemidDsLayout.sem_otime, otime);
        Bytes.put64(b, SemidDsLayout.sem_ctime, ctime);
        Bytes.put64(b, SemidDsLayout.sem_nsems, values.length);
        return b;
    }
}
