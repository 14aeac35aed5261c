#include "runsc.h"
int exec_command(void) { return 1; }
