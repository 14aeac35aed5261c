#include "runsc.h"
int run_created(pid_t launcher, int master, int foreground) { (void)launcher; (void)master; (void)foreground; return 1; }
