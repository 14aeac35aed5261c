// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Ioctl numbers that are not of terminals. */
public final class Ioctl {
    // any descriptor
    public static final int FIONREAD = 0x541b;
    public static final int FIONBIO = 0x5421;
    public static final int FIONCLEX = 0x5450;
    public static final int FIOCLEX = 0x5451;
    public static final int FIOASYNC = 0x5452;
    public static final int FIOQSIZE = 0x5460;

    // file systems
    public static final int FIBMAP = 0x1;
    public static final int FIGETBSZ = 0x2;
    public static final int BLKGETSIZE = 0x1260;
    public static final int BLKSSZGET = 0x1268;
    public static final int FICLONE = 0x40049409;
    public static final int FS_IOC_SETFLAGS = 0x40086602;
    public static final int FS_IOC_FSSETXATTR = 0x401c5820;
    public static final int FICLONERANGE = 0x4020940d;
    public static final int BLKGETSIZE64 = 0x80081272;
    public static final int FS_IOC_GETFLAGS = 0x80086601;
    public static final int FS_IOC_GETVERSION = 0x80087601;
    public static final int FS_IOC_FSGETXATTR = 0x801c581f;
    public static final int FIFREEZE = 0xc0045877;
    public static final int FITHAW = 0xc0045878;
    public static final int FITRIM = 0xc0185879;
    public static final int FIDEDUPERANGE = 0xc0189436;
    public static final int FS_IOC_FIEMAP = 0xc020660b;

    // sockets
    public static final int SIOCSPGRP = 0x8902;
    public static final int SIOCGPGRP = 0x8904;
    public static final int SIOCATMARK = 0x8905;
    public static final int SIOCGSTAMP = 0x8906;
    public static final int SIOCGSTAMPNS = 0x8907;
    public static final int SIOCADDRT = 0x890b;
    public static final int SIOCDELRT = 0x890c;
    public static final int SIOCRTMSG = 0x890d;
    public static final int SIOCGIFNAME = 0x8910;
    public static final int SIOCSIFLINK = 0x8911;
    public static final int SIOCGIFCONF = 0x8912;
    public static final int SIOCGIFFLAGS = 0x8913;
    public static final int SIOCSIFFLAGS = 0x8914;
    public static final int SIOCGIFADDR = 0x8915;
    public static final int SIOCSIFADDR = 0x8916;
    public static final int SIOCGIFDSTADDR = 0x8917;
    public static final int SIOCSIFDSTADDR = 0x8918;
    public static final int SIOCGIFBRDADDR = 0x8919;
    public static final int SIOCSIFBRDADDR = 0x891a;
    public static final int SIOCGIFNETMASK = 0x891b;
    public static final int SIOCSIFNETMASK = 0x891c;
    public static final int SIOCGIFMETRIC = 0x891d;
    public static final int SIOCSIFMETRIC = 0x891e;
    public static final int SIOCGIFMEM = 0x891f;
    public static final int SIOCSIFMEM = 0x8920;
    public static final int SIOCGIFMTU = 0x8921;
    public static final int SIOCSIFMTU = 0x8922;
    public static final int SIOCSIFNAME = 0x8923;
    public static final int SIOCSIFHWADDR = 0x8924;
    public static final int SIOCGIFENCAP = 0x8925;
    public static final int SIOCSIFENCAP = 0x8926;
    public static final int SIOCGIFHWADDR = 0x8927;
    public static final int SIOCGIFSLAVE = 0x8929;
    public static final int SIOCSIFSLAVE = 0x8930;
    public static final int SIOCADDMULTI = 0x8931;
    public static final int SIOCDELMULTI = 0x8932;
    public static final int SIOCGIFINDEX = 0x8933;
    public static final int SIOCSIFPFLAGS = 0x8934;
    public static final int SIOCGIFPFLAGS = 0x8935;
    public static final int SIOCDIFADDR = 0x8936;
    public static final int SIOCSIFHWBROADCAST = 0x8937;
    public static final int SIOCGIFCOUNT = 0x8938;
    public static final int SIOCGIFBR = 0x8940;
    public static final int SIOCSIFBR = 0x8941;
    public static final int SIOCGIFTXQLEN = 0x8942;
    public static final int SIOCSIFTXQLEN = 0x8943;
    public static final int SIOCETHTOOL = 0x8946;
    public static final int SIOCGMIIPHY = 0x8947;
    public static final int SIOCGMIIREG = 0x8948;
    public static final int SIOCSMIIREG = 0x8949;
    public static final int SIOCWANDEV = 0x894a;
    public static final int SIOCOUTQNSD = 0x894b;
    public static final int SIOCGSKNS = 0x894c;
    public static final int SIOCDARP = 0x8953;
    public static final int SIOCGARP = 0x8954;
    public static final int SIOCSARP = 0x8955;
    public static final int SIOCDRARP = 0x8960;
    public static final int SIOCGRARP = 0x8961;
    public static final int SIOCSRARP = 0x8962;
    public static final int SIOCGIFMAP = 0x8970;
    public static final int SIOCSIFMAP = 0x8971;
    public static final int SIOCADDDLCI = 0x8980;
    public static final int SIOCDELDLCI = 0x8981;
    public static final int SIOCGIFVLAN = 0x8982;
    public static final int SIOCSIFVLAN = 0x8983;
    public static final int SIOCBONDENSLAVE = 0x8990;
    public static final int SIOCBONDRELEASE = 0x8991;
    public static final int SIOCBONDSETHWADDR = 0x8992;
    public static final int SIOCBONDSLAVEINFOQUERY = 0x8993;
    public static final int SIOCBONDINFOQUERY = 0x8994;
    public static final int SIOCBONDCHANGEACTIVE = 0x8995;
    public static final int SIOCBRADDBR = 0x89a0;
    public static final int SIOCBRDELBR = 0x89a1;
    public static final int SIOCBRADDIF = 0x89a2;
    public static final int SIOCBRDELIF = 0x89a3;
    public static final int SIOCSHWTSTAMP = 0x89b0;
    public static final int SIOCGHWTSTAMP = 0x89b1;

    // pidfd and namespaces
    public static final int NS_GET_USERNS = 0xb701;
    public static final int NS_GET_PARENT = 0xb702;
    public static final int NS_GET_NSTYPE = 0xb703;
    public static final int NS_GET_OWNER_UID = 0xb704;

    // random devices
    public static final int RNDZAPENTCNT = 0x5204;
    public static final int RNDCLEARPOOL = 0x5206;
    public static final int RNDRESEEDCRNG = 0x5207;
    public static final int RNDADDTOENTCNT = 0x40045201;
    public static final int RNDADDENTROPY = 0x40085203;
    public static final int RNDGETENTCNT = 0x80045200;
    public static final int RNDGETPOOL = 0x80085202;

    private Ioctl() {}
}
