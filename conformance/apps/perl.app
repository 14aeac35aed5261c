interpreter: /usr/bin/perl
packages: perl
needs: /usr/bin/perl
timeout: 60
---
use strict; use warnings; use File::Temp qw(tempdir); use Socket; use POSIX ":sys_wait_h"; use IO::Select;
$| = 1;
my $d = tempdir(CLEANUP => 1);
open my $f, '>', "$d/x" or die; print $f "line $_\n" for 1 .. 1000; close $f;
open $f, '<', "$d/x"; my @l = <$f>; print scalar(@l), " $l[41]";
my %h = map { $_ => $_ ** 2 } 1 .. 10; print join(",", map { "$_=$h{$_}" } sort { $a <=> $b } keys %h), "\n";
print `echo from shell`; system("sh", "-c", "exit 6"); print $? >> 8, "\n";
my $pid = fork; if (!$pid) { exit 7 } waitpid($pid, 0); print $? >> 8, "\n";
pipe(my $r, my $w); if (!fork) { close $r; print $w "kid\n"; exit } close $w; print <$r>; wait;
open my $p, '-|', 'seq 5' or die; print map { s/\n/ /r } <$p>; close $p; print "\n";
local $SIG{ALRM} = sub { die "alarm\n" }; eval { alarm 1; select undef, undef, undef, 5; }; print $@;
local $SIG{USR1} = sub { print "usr1\n" }; kill USR1 => $$;
socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0); syswrite $a, "pair"; sysread $b, my $t, 10; print "$t\n";
print join(" ", sort map { s/.*\///r } glob "$d/*"), "\n";
rename "$d/x", "$d/y"; print -s "$d/y", "\n"; unlink "$d/y"; print -e "$d/y" ? "there" : "gone", "\n";
$_ = "The quick brown fox"; print scalar(my @w = /\w+/g), " ", s/quick/slow/r, "\n";
sleep 0; printf "%.3f %s\n", sqrt 2, sprintf "%08b", 37;
