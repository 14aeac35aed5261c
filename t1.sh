cat /proc/loadavg; uptime
head -1 /proc/stat; sed -n '/intr/,$p' /proc/stat; head -3 /proc/vmstat; tail -22 /proc/zoneinfo|head -14; cat /proc/buddyinfo /proc/interrupts; head -4 /proc/softirqs
cat > /tmp/x.c <<'C'
#include <sys/resource.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <stdlib.h>
#include <string.h>
int main(){struct rusage a,b;pid_t p=fork();if(!p){char*m=malloc(1<<24);memset(m,1,1<<24);for(volatile long i=0;i<300000000;i++);_exit(0);}
int s;wait4(p,&s,0,&a);getrusage(RUSAGE_CHILDREN,&b);printf("%ld.%06ld min %ld/%ld vol %ld/%ld rss %ld/%ld\n",a.ru_utime.tv_sec,a.ru_utime.tv_usec,a.ru_minflt,b.ru_minflt,a.ru_nvcsw,b.ru_nvcsw,a.ru_maxrss,b.ru_maxrss);usleep(100000);getrusage(RUSAGE_CHILDREN,&b);printf("%ld.%06ld min %ld/%ld vol %ld/%ld rss %ld/%ld\n",b.ru_utime.tv_sec,b.ru_utime.tv_usec,a.ru_minflt,b.ru_minflt,a.ru_nvcsw,b.ru_nvcsw,a.ru_maxrss,b.ru_maxrss);}
C
gcc -o /tmp/x /tmp/x.c && /tmp/x
nice -n 7 cat /proc/self/stat
for i in 1 2 3; do (timeout 6 sh -c 'while :; do :; done') & done; sleep 5; cat /proc/loadavg; wait; cat /proc/loadavg; python3 -c 'import os;print(os.getloadavg())'
