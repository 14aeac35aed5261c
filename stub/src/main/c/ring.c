// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Plain calls without a change of thread: a call site that was seen often is
// rewritten to jump to a trampoline, which leads here; the call is posted in
// memory that the kernel looks at, and its answer is awaited. Whenever that is
// not possible the trampoline makes the call the ordinary way. docs/adr/0011.
#include "inside.h"

#define SYS_mprotect 10
#define SYS_sched_yield 24
#define SYS_futex 202
#define FUTEX_WAIT 0

#define SPINS 300      // looks at the answer before others may have the CPU
#define PATIENCE 60000 // cycles before the call is made the ordinary way, or before sleep

static inline int compare_and_set(int *p, int from, int to)
{
	return __atomic_compare_exchange_n(p, &from, to, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

// The outcome of the call that was posted: done or not. First it looks all the
// time, then it gives its turn away in between, in case the one who is to
// answer waits for this CPU. Where nobody takes the call for long, nobody has a
// CPU to look from: calls go the ordinary way until somebody looks again.
static int await(struct ring *r)
{
	unsigned long start = 0;
	for (long n = 0;; n++) {
		int state = __atomic_load_n(&r->state, __ATOMIC_ACQUIRE);
		if (state == RING_DONE)
			return 1;
		if (state == RING_SIGNALLED) {
			call(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
			return 1;
		}
		if (state == RING_SLEEPING) {
			call(SYS_futex, (long)&r->state, FUTEX_WAIT, RING_SLEEPING, 0, 0, 0);
		} else if (state == RING_PARKED) {
			compare_and_set(&r->state, state, RING_SLEEPING);
		} else if (state != RING_POSTED && state != RING_TAKEN) {
			return 0;
		} else if (n % SPINS != SPINS - 1) {
			__builtin_ia32_pause();
		} else {
			unsigned long now = __builtin_ia32_rdtsc();
			if (!start)
				start = now;
			call(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
			if (now - start <= PATIENCE)
				continue;
			if (state == RING_TAKEN)
				compare_and_set(&r->state, state, RING_SLEEPING);
			else if (compare_and_set(&r->state, state, RING_IDLE) && !r->stubborn)
				__atomic_store_n(&r->awake, 0, __ATOMIC_SEQ_CST);
		}
	}
}

// Room for `n` bytes in the ring's data, as a new window; 0 when there is none.
static char *window(struct ring *r, long address, unsigned long n, int out)
{
	unsigned long at = 0;
	int i = r->windows;
	for (int k = 0; k < i; k++)
		at += (r->window[k].length + 15) & ~15;
	if (n == 0 || n > 4096 || i >= RING_WINDOWS || at + n > RING_DATA_SIZE)
		return 0;
	struct window *w = &r->window[i];
	w->address = address;
	w->length = n;
	w->out = out;
	w->from = w->to = 0;
	return r->data + at;
}

// What the call reads.
static void in(struct ring *r, long address, unsigned long n)
{
	char *to = window(r, address, n, 0);
	if (to && stub_copy(to, (void *)address, n))
		r->windows++;
}

// A string, or its beginning; not beyond its page.
static void string(struct ring *r, long address)
{
	unsigned long n = 4096 - (address & 4095);
	in(r, address, n < 256 ? n : 256);
}

// What the call writes; perhaps only the beginning of it gets a window.
static void out(struct ring *r, long address, unsigned long n)
{
	if (n > 4096)
		n = 4096;
	if (window(r, address, n, 1) && stub_probe((void *)address) && stub_probe((void *)(address + n - 1)))
		r->windows++;
}

static void pieces(struct ring *r, long iov, unsigned long count, int outwards)
{
	if (count - 1 > 3)
		return;
	char *copy = window(r, iov, count * 16, 0);
	in(r, iov, count * 16);
	for (unsigned long i = 0; copy && i < count; i++) {
		long *piece = (long *)copy + 2 * i;
		if (outwards)
			out(r, piece[0], piece[1]);
		else
			in(r, piece[0], piece[1]);
	}
}

// Puts into the ring what the kernel will want to read, so that it need not
// reach into this process. Calls that are not here work as well.
static void windows(struct ring *r, struct ring_save *s)
{
	r->windows = 0;
	switch (s->nr) {
	case 0: // read
	case 17: // pread64
	case 45: // recvfrom
		out(r, s->si, s->dx);
		break;
	case 1: // write
	case 18: // pwrite64
	case 44: // sendto
		in(r, s->si, s->dx);
		break;
	case 19: // readv
	case 20: // writev
		pieces(r, s->si, s->dx, s->nr == 19);
		break;
	case 7: // poll
		if ((unsigned long)s->si <= 64) {
			in(r, s->di, s->si * 8);
			out(r, s->di, s->si * 8);
		}
		break;
	case 72: // fcntl: F_GETLK, F_SETLK, F_SETLKW and those of descriptions take a struct flock
		if ((s->si >= 5 && s->si <= 7) || (s->si >= 36 && s->si <= 38)) {
			in(r, s->dx, 32);
			if (s->si == 5 || s->si == 36)
				out(r, s->dx, 32);
		}
		break;
	case 232: // epoll_wait
	case 281: // epoll_pwait
		if ((unsigned long)s->dx <= 1 << 20)
			out(r, s->si, s->dx * 12);
		break;
	case 233: // epoll_ctl
		if (s->r10)
			in(r, s->r10, 12);
		break;
	case 5: // fstat
		out(r, s->si, 144);
		break;
	case 4: // stat
	case 6: // lstat
		string(r, s->di);
		out(r, s->si, 144);
		break;
	case 262: // newfstatat
		string(r, s->si);
		out(r, s->dx, 144);
		break;
	case 2: // open
	case 21: // access
	case 87: // unlink
	case 89: // readlink
		string(r, s->di);
		break;
	case 257: // openat
	case 269: // faccessat
		string(r, s->si);
		break;
	}
}

// Takes what the kernel has left for the guest's memory.
static void collect(struct ring *r, struct ring_save *s)
{
	unsigned long at = 0;
	s->result = r->result;
	for (int i = 0; i < r->windows && i < RING_WINDOWS; i++) {
		struct window *w = &r->window[i];
		int from = w->from, to = w->to;
		if (from < to && !stub_copy((void *)(w->address + from), r->data + at + from, to - from))
			s->result = -14; // EFAULT; it could be written a moment ago
		at += (w->length + 15) & ~15;
	}
}

// Posts the call of which the registers were saved. Whether it is done; else
// it is to be made the ordinary way.
long ring_call(struct slot *slot)
{
	struct ring_save *s = &slot->save;
	struct ring *r = s->ring;
	unsigned long nr = s->nr;
	if (nr >= 512 || !(r->calls[nr >> 6] >> (nr & 63) & 1))
		return 0;
	r->nr = nr;
	r->ip = s->trampoline + TRAMPOLINE_AFTER;
	r->a[0] = s->di;
	r->a[1] = s->si;
	r->a[2] = s->dx;
	r->a[3] = s->r10;
	r->a[4] = s->r8;
	r->a[5] = s->r9;
	windows(r, s);
	__atomic_store_n(&r->state, RING_POSTED, __ATOMIC_SEQ_CST);
	// Nobody misses it: the kernel says that it looks away before it looks for the last time.
	if (!__atomic_load_n(&r->awake, __ATOMIC_SEQ_CST) && compare_and_set(&r->state, RING_POSTED, RING_IDLE))
		return 0;
	if (!await(r))
		return 0;
	collect(r, s);
	return 1;
}

static inline unsigned long read_gs(void)
{
	unsigned long gs;
	__asm__ volatile("rdgsbase %0" : "=r"(gs));
	return gs;
}

static inline void write_gs(unsigned long gs)
{
	__asm__ volatile("wrgsbase %0" : : "r"(gs));
}

// Only a thread whose program has no use for the GS base can have a ring.
void ring_install(struct slot *slot, struct ring *ring)
{
	unsigned long gs = read_gs();
	if (gs != 0 && gs != (unsigned long)slot)
		return;
	slot->save.in = 0;
	slot->save.ring = ring;
	write_gs(ring ? (unsigned long)slot : 0);
}

// Around a clone: the child must not have its parent's ring.
unsigned long ring_pause(struct slot *slot)
{
	if (!slot->save.ring)
		return 0;
	unsigned long gs = read_gs();
	write_gs(0);
	return gs;
}

void ring_resume(unsigned long gs)
{
	if (gs)
		write_gs(gs);
}

static int is_trampoline(unsigned long at)
{
	unsigned long magic;
	return stub_copy8(&magic, (void *)(at + TRAMPOLINE_MAGIC_AT)) && magic == TRAMPOLINE_MAGIC;
}

static void to_site(struct ucontext *uc, unsigned long trampoline)
{
	unsigned long site;
	if (stub_copy8(&site, (void *)(trampoline + TRAMPOLINE_SITE)))
		uc->ip = site;
}

// A signal came while a call was on its way: the registers become what they
// are before the call or after it.
void ring_leave(struct slot *slot, struct ucontext *uc)
{
	struct ring_save *s = &slot->save;
	unsigned long ip = uc->ip;
	if (ip >= (unsigned long)ring_done && ip < (unsigned long)ring_end) {
		unsigned long trampoline = uc->r11 & ~(TRAMPOLINE_SIZE - 1ul);
		uc->ip = trampoline + (ip < (unsigned long)ring_refused ? TRAMPOLINE_AFTER : TRAMPOLINE_CALL);
		if (ip >= (unsigned long)ring_refused || s->in == 0)
			return;
	}
	if (ip >= (unsigned long)ring_enter && ip < (unsigned long)ring_saved) {
		uc->ip = uc->r11 + TRAMPOLINE_CALL;
		return;
	}
	if (s->ring && s->in && ip >= STUB_BASE && ip < STUB_BASE + STUB_TEXT_SIZE) {
		compare_and_set(&s->ring->state, RING_POSTED, RING_IDLE);
		int done = await(s->ring);
		if (done)
			collect(s->ring, s);
		s->in = 0;
		uc->di = s->di;
		uc->si = s->si;
		uc->dx = s->dx;
		uc->r10 = s->r10;
		uc->r8 = s->r8;
		uc->r9 = s->r9;
		uc->bx = s->bx;
		uc->bp = s->bp;
		uc->r12 = s->r12;
		uc->r13 = s->r13;
		uc->r14 = s->r14;
		uc->r15 = s->r15;
		uc->sp = s->sp;
		uc->ax = done ? s->result : s->nr;
		uc->ip = s->trampoline + (done ? TRAMPOLINE_AFTER : TRAMPOLINE_CALL);
		return;
	}
	// in a trampoline, before its call: back to the site, which unwinders know; a tracer would step into it for ever
	unsigned long start = ip & ~(TRAMPOLINE_SIZE - 1ul);
	if (!slot->box.trace && ip - start < TRAMPOLINE_CALL && is_trampoline(start))
		to_site(uc, start);
}

// Whether an invalid instruction is the middle of a rewritten site, at which
// the thread stood between its call and the compare; then it goes on.
int ring_torn(struct ucontext *uc)
{
	unsigned char b[8];
	if (!stub_copy8(b, (void *)(uc->ip - 2)) || b[0] != 0xe9 || b[2] != 0x06)
		return 0;
	int offset;
	__builtin_memcpy(&offset, b + 1, 4);
	unsigned long start = uc->ip + 3 + offset;
	if (start % TRAMPOLINE_SIZE || !is_trampoline(start))
		return 0;
	uc->ip = start + TRAMPOLINE_AFTER;
	return 1;
}

static unsigned char *put(unsigned char *p, unsigned long value, int size)
{
	while (size--) {
		*p++ = value;
		value >>= 8;
	}
	return p;
}

static long protect(unsigned long from, unsigned long size, int prot)
{
	unsigned long first = from & ~4095ul, end = (from + size + 4095) & ~4095ul;
	return call(SYS_mprotect, first, end - first, prot, 0, 0, 0);
}

// Writes a trampoline and leads a site to it. The page of the site is one that
// programs cannot write to.
long ring_patch(struct op *o)
{
	unsigned long site = o->a[0], trampoline = o->a[1], expected = o->a[2], now;
	int compare = o->a[3];
	if (!stub_copy8(&now, (void *)site) || now != expected)
		return -1;
	if (protect(trampoline, TRAMPOLINE_SIZE, 7) < 0)
		return -1;
	unsigned char *start = (unsigned char *)trampoline, *p = start;
	p = put(p, 0xfffffff91d8d4c, 7);       // lea start(%rip), %r11
	p = put(p, 0x1325ff, 6);               // jmp *32(%rip)
	p = put(p, 0x050f, 2);                 // syscall
	p = put(p, expected >> 16, compare);   // cmp
	p = put(p, 0xe9, 1);                   // jmp behind the site
	p = put(p, site + 2 + compare - (unsigned long)(p + 4), 4);
	put(start + 32, (unsigned long)ring_enter, 8);
	put(start + TRAMPOLINE_SITE, site, 8);
	put(start + TRAMPOLINE_SITE + 8, compare, 8);
	put(start + TRAMPOLINE_MAGIC_AT, TRAMPOLINE_MAGIC, 8);
	protect(trampoline, TRAMPOLINE_SIZE, 5);
	if (protect(site, 8, 7) < 0)
		return -1;
	// Five bytes change at once: the kernel picks sites where they do not reach into the next line of the cache.
	unsigned long jump = (unsigned)(trampoline - (site + 5));
	unsigned long back = (site & 63) > 56 ? (site & 63) - 56 : 0;
	unsigned long *word = (unsigned long *)(site - back), shift = back * 8;
	unsigned long fresh = (jump << 8 | 0xe9) << shift, mask = 0xfffffffffful << shift;
	__atomic_store_n(word, (*word & ~mask) | fresh, __ATOMIC_SEQ_CST);
	protect(site, 8, 5);
	return 0;
}
