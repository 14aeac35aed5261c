#include "runsc.h"
int ps_command(void) { return 1; }
int pause_command(void) { return 1; }
int resume_command(void) { return 1; }
int is_paused(const struct container *c) { (void)c; return 0; }
