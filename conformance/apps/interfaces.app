# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
interpreter: /bin/bash
packages: util-linux iproute2 golang-go default-jdk-headless python3-psutil gcc libc6-dev
needs: /usr/bin/unshare /sbin/ip /usr/bin/go /usr/bin/javac /usr/bin/gcc
timeout: 180
compare: output status
program: lists of interfaces (Go, Java, psutil, getifaddrs, ip -j, ss)
tags: heavy
---
# The list of interfaces and addresses in a network namespace of its own, as Go, Java, Python, C, ip and ss see it; notices of changes
d=$(mktemp -d); cd "$d" || exit 1; export HOME=$d GOCACHE=$d/cache GOFLAGS=-mod=mod GO111MODULE=off
cat >ifs.go <<'END'
package main

import (
	"fmt"
	"net"
)

func main() {
	all, err := net.Interfaces()
	fmt.Println(len(all), err)
	for _, i := range all {
		a, _ := i.Addrs()
		fmt.Println(i.Index, i.Name, i.MTU, i.Flags, a)
		b, err := net.InterfaceByName(i.Name)
		fmt.Println(b.Index == i.Index, err)
	}
	addrs, err := net.InterfaceAddrs()
	fmt.Println(addrs, err)
	_, err = net.InterfaceByName("none0")
	fmt.Println(err)
	_, err = net.Dial("tcp", "192.0.2.1:9")
	fmt.Println(err)
	l, err := net.Listen("tcp", "[::]:0")
	fmt.Println(err)
	c, err := net.Dial("tcp", l.Addr().String())
	fmt.Println(c.LocalAddr().(*net.TCPAddr).IP, err)
	g, err := net.ListenMulticastUDP("udp4", &all[0], &net.UDPAddr{IP: net.IPv4(224, 0, 0, 77), Port: 7070})
	fmt.Println(g != nil, err)
}
END
cat >Ifs.java <<'END'
import java.net.*;
import java.util.*;

public class Ifs {
    public static void main(String[] a) throws Exception {
        for (NetworkInterface i : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            System.out.println(i.getName() + " " + i.getIndex() + " " + i.getMTU() + " " + i.isUp() + " " + i.isLoopback() + " " + i.supportsMulticast() + " "
                    + i.isPointToPoint() + " " + i.isVirtual() + " " + Arrays.toString(i.getHardwareAddress()));
            for (InterfaceAddress x : i.getInterfaceAddresses())
                System.out.println("  " + x.getAddress() + "/" + x.getNetworkPrefixLength() + " " + x.getBroadcast());
        }
        System.out.println(NetworkInterface.getByName("none0") + " " + NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1")));
        System.out.println(InetAddress.getByName("127.0.0.1").isReachable(1000) + " " + InetAddress.getLoopbackAddress());
    }
}
END
cat >ifs.c <<'END'
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
int main(void) {
    struct ifaddrs *all, *i;
    if (getifaddrs(&all)) return perror("getifaddrs"), 1;
    for (i = all; i; i = i->ifa_next) {
        char t[64] = "", m[64] = "", b[64] = "";
        int f = i->ifa_addr ? i->ifa_addr->sa_family : -1;
        socklen_t n = f == AF_INET ? 16 : 28;
        if (f == AF_INET || f == AF_INET6) {
            getnameinfo(i->ifa_addr, n, t, sizeof t, 0, 0, NI_NUMERICHOST);
            getnameinfo(i->ifa_netmask, n, m, sizeof m, 0, 0, NI_NUMERICHOST);
            if (i->ifa_ifu.ifu_broadaddr && f == AF_INET) getnameinfo(i->ifa_ifu.ifu_broadaddr, n, b, sizeof b, 0, 0, NI_NUMERICHOST);
        }
        printf("%s %x %d %s %s %s %d\n", i->ifa_name, i->ifa_flags, f, t, m, b, i->ifa_data != 0);
    }
    for (struct if_nameindex *x = if_nameindex(); x->if_index; x++) printf("%d %s\n", x->if_index, x->if_name);
    printf("%d\n", if_nametoindex("none0"));
    struct addrinfo h = {.ai_flags = AI_ADDRCONFIG, .ai_socktype = SOCK_STREAM}, *r;
    printf("%d\n", getaddrinfo("localhost", "80", &h, &r));
}
END
cat >ifs.py <<'END'
import psutil, socket
print(socket.if_nameindex(), socket.if_nametoindex('lo'))
for n, a in sorted(psutil.net_if_addrs().items()):
    print(n, sorted((str(x.family), x.address, x.netmask, x.broadcast) for x in a if 'PACKET' not in str(x.family)))
print({n: (s.isup, str(s.duplex), s.speed, s.mtu) for n, s in psutil.net_if_stats().items()})
print(sorted(psutil.net_io_counters(pernic=True)))
l = socket.create_server(('127.0.0.1', 0)); c = socket.create_connection(l.getsockname()); d = l.accept()
print(sorted((str(x.type), x.status, x.laddr.ip) for x in psutil.net_connections() if x.laddr and x.status != 'TIME_WAIT'))
END
go build -o ifsgo ifs.go; echo "go $?"; javac -d . Ifs.java; echo "javac $?"; gcc -o ifs ifs.c
cat >all <<'END'
./ifs; java -cp . Ifs
[ "$1" = down ] || { ./ifsgo; /usr/bin/python3 ifs.py; }
ip -j addr | sed 's/"address":"[^"]*","broadcast":"ff[^"]*"/MAC/g'; ip -j -d link | sed 's/,"gso_[^,]*\|,"gro_[^,]*\|,"tso_[^,]*\|,"\(num_[rt]x\|\(min\|max\)_mtu\|inet6_addr_gen\|allmulti\)[^,}]*//g; s/"address":"[^"]*","broadcast":"ff[^"]*"/MAC/g'
ip -j route; ip -j -6 route; ip -j neigh; [ "$1" = down ] || ip -j -4 route show table local; ip rule; ip -6 rule; ip route get 127.0.0.9; ip route get 192.0.2.1
END
cat >inside <<'END'
. ./all down
echo "== up"; ip link set lo up; . ./all
echo "== more"; ip link add d0 type veth peer name d1; ip link set d1 up; ip addr add 10.3.0.1/24 brd + dev d0; ip addr add 2001:db8::1/64 dev d0 nodad; ip link set d0 up mtu 1400
ip route add default via 10.3.0.254; ip -br -4 addr show d0; ip -j route; ip -j route get 192.0.2.1
touch ready; /usr/bin/python3 -c "
import socket, time
l = socket.create_server(('127.0.0.1', 7777)); u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(('0.0.0.0', 7778))
c = socket.create_connection(('127.0.0.1', 7777)); d = l.accept(); c.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1); print('ready', flush=True); time.sleep(60)" >>ready &
until grep -q ready ready; do sleep 0.1; done
ss -Htanup | sed 's/users.*//; s/:[0-9]\{5\}/:PORT/g; s/ *$//; s/  */ /g' | grep -v TIME-WAIT | sort; ss -Htano state established | grep -c keepalive; ss -s | head -n 1 | cut -c1-5
kill %1
ip -o monitor link addr route >news & sleep 0.5
ip addr add 10.4.0.1/16 dev d0; ip addr del 10.4.0.1/16 dev d0; ip route add 10.9.0.0/16 via 10.3.0.9; ip link set d0 alias other
sleep 0.5; kill $!; wait $! 2>/dev/null; sed 's/link.ether.*//; s/ *$//' news | grep -v 'fe80\|ff00\|2001' | sort
END
unshare -n bash inside 2>&1
cd /; rm -rf "$d"
