// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import java.util.StringTokenizer;

/**
 * Names and first values of /proc/sys, as Linux has them. Each line is a directory and what lies in it; a bar stands between
 * the words of a value. Those with an effect are in {@link Sysctl} and {@link NetValue}; of the others it is kept what is
 * written, because programs look whether their change arrived.
 */
final class SysctlTable {
    /** What nobody can write. */
    static final String FIXED = """
            fs dentry-state=0|0|45|0|0|0 inode-nr=64|0 inode-state=64|0|0|0|0|0|0
            kernel arch=x86_64 cap_last_cap=40 modules_disabled=1 msg_next_id=-1 ngroups_max=65536 ns_last_pid=1
            kernel ostype=Linux perf_event_paranoid=4 sem_next_id=-1 shm_next_id=-1 unprivileged_bpf_disabled=2
            kernel/pty nr=0
            kernel/random entropy_avail=256 poolsize=256
            kernel/seccomp actions_avail=kill_process|kill_thread|trap|errno|trace|log|allow
            net/ipv4 tcp_allowed_congestion_control=reno|cubic tcp_available_congestion_control=reno|cubic
            """;

    /** What root may change. */
    static final String KEPT = """
            abi vsyscall32=1
            debug exception-trace=1
            dev/tty ldisc_autoload=1 legacy_tiocsti=1
            fs dentry-negative=0 dir-notify-enable=1 lease-break-time=45 leases-enable=1 mount-max=100000
            fs nr_open=1048576 overflowgid=65534 overflowuid=65534 pipe-max-size=1048576 pipe-user-pages-hard=0
            fs pipe-user-pages-soft=16384 protected_fifos=0 protected_hardlinks=0 protected_regular=0
            fs protected_symlinks=0 suid_dumpable=0
            fs/epoll max_user_watches=1048576
            fs/fanotify max_queued_events=16384 max_user_groups=128 max_user_marks=8192
            fs/inotify max_queued_events=16384
            fs/mqueue msg_default=10 msg_max=10 msgsize_default=8192 msgsize_max=8192 queues_max=256
            kernel core_pattern=core core_pipe_limit=0 core_uses_pid=0 ctrl-alt-del=1 dmesg_restrict=1
            kernel io_uring_disabled=2 io_uring_group=-1 kptr_restrict=1 max_lock_depth=1024 msgmax=8192 msgmnb=16384
            kernel msgmni=32000 overflowgid=65534 overflowuid=65534 panic=0 panic_on_oops=0 panic_on_warn=0
            kernel panic_print=0 printk=4|4|1|7 randomize_va_space=2 sched_autogroup_enabled=1
            kernel sched_child_runs_first=0 sched_rt_period_us=1000000 sched_rt_runtime_us=950000
            kernel sem=32000|1024000000|500|32000 shm_rmid_forced=0 shmall=18446744073692774399
            kernel shmmax=18446744073692774399 shmmni=4096 sysctl_writes_strict=1 sysrq=0 tainted=0
            kernel/keys gc_delay=300 maxbytes=20000 maxkeys=200 persistent_keyring_expiry=259200
            kernel/keys root_maxbytes=25000000 root_maxkeys=1000000
            kernel/pty max=4096 reserve=1024
            kernel/random urandom_min_reseed_secs=60 write_wakeup_threshold=256
            kernel/seccomp actions_logged=kill_process|kill_thread|trap|errno|user_notif|trace|log
            kernel/yama ptrace_scope=0
            net/core default_qdisc=pfifo_fast netdev_max_backlog=1000 optmem_max=131072 rmem_default=212992
            net/core rmem_max=212992 tstamp_allow_data=1 wmem_default=212992 wmem_max=212992
            net/ipv4 fwmark_reflect=0 icmp_echo_enable_probe=0 icmp_echo_ignore_all=0 icmp_echo_ignore_broadcasts=1
            net/ipv4 icmp_errors_use_inbound_ifaddr=0 icmp_ignore_bogus_error_responses=1 icmp_msgs_burst=50
            net/ipv4 icmp_msgs_per_sec=1000 icmp_ratelimit=1000 icmp_ratemask=6168 igmp_link_local_mcast_reports=1
            net/ipv4 igmp_max_memberships=20 igmp_max_msf=10 igmp_qrv=2 ip_autobind_reuse=0 ip_default_ttl=64
            net/ipv4 ip_dynaddr=0 ip_early_demux=1 ip_forward_update_priority=1 ip_forward_use_pmtu=0
            net/ipv4 ip_local_reserved_ports= ip_no_pmtu_disc=0 ip_nonlocal_bind=0 nexthop_compat_mode=1
            net/ipv4 raw_l3mdev_accept=1 tcp_abort_on_overflow=0 tcp_adv_win_scale=1 tcp_app_win=31 tcp_autocorking=1
            net/ipv4 tcp_backlog_ack_defer=1 tcp_base_mss=1024 tcp_challenge_ack_limit=2147483647
            net/ipv4 tcp_comp_sack_delay_ns=1000000 tcp_comp_sack_nr=44 tcp_comp_sack_slack_ns=100000
            net/ipv4 tcp_congestion_control=cubic tcp_dsack=1 tcp_early_demux=1 tcp_early_retrans=3 tcp_ecn=2
            net/ipv4 tcp_ecn_fallback=1 tcp_ecn_option=2 tcp_ecn_option_beacon=3 tcp_fack=0 tcp_fastopen=1
            net/ipv4 tcp_fastopen_blackhole_timeout_sec=0 tcp_fin_timeout=60 tcp_frto=2 tcp_fwmark_accept=0
            net/ipv4 tcp_invalid_ratelimit=500 tcp_keepalive_intvl=75 tcp_keepalive_probes=9 tcp_keepalive_time=7200
            net/ipv4 tcp_l3mdev_accept=0 tcp_limit_output_bytes=4194304 tcp_max_reordering=300
            net/ipv4 tcp_max_syn_backlog=1024 tcp_max_tw_buckets=131072 tcp_mem=188319|251092|376638 tcp_migrate_req=0
            net/ipv4 tcp_min_rtt_wlen=300 tcp_min_snd_mss=48 tcp_min_tso_segs=2 tcp_moderate_rcvbuf=1
            net/ipv4 tcp_mtu_probe_floor=48 tcp_mtu_probing=0 tcp_no_metrics_save=0 tcp_no_ssthresh_metrics_save=1
            net/ipv4 tcp_notsent_lowat=4294967295 tcp_orphan_retries=0 tcp_pacing_ca_ratio=120 tcp_pacing_ss_ratio=200
            net/ipv4 tcp_pingpong_thresh=1 tcp_probe_interval=600 tcp_probe_threshold=8 tcp_recovery=1
            net/ipv4 tcp_reflect_tos=0 tcp_reordering=3 tcp_retrans_collapse=1 tcp_retries1=3 tcp_retries2=15
            net/ipv4 tcp_rfc1337=0 tcp_rmem=4096|131072|6291456 tcp_rto_max_ms=120000 tcp_rto_min_us=200000 tcp_sack=1
            net/ipv4 tcp_shrink_window=0 tcp_slow_start_after_idle=1 tcp_stdurg=0 tcp_syn_linear_timeouts=4
            net/ipv4 tcp_syn_retries=6 tcp_synack_retries=5 tcp_syncookies=1 tcp_thin_linear_timeouts=0
            net/ipv4 tcp_timestamps=1 tcp_tso_rtt_log=9 tcp_tso_win_divisor=3 tcp_tw_reuse=2 tcp_tw_reuse_delay=1000
            net/ipv4 tcp_window_scaling=1 tcp_wmem=4096|16384|4194304 tcp_workaround_signed_windows=0
            net/ipv4 udp_early_demux=1 udp_l3mdev_accept=0 udp_rmem_min=4096 udp_wmem_min=4096
            net/ipv4/route min_adv_mss=256 min_pmtu=552 mtu_expires=600
            net/ipv6 anycast_src_echo_reply=0 auto_flowlabels=1 bindv6only=0 flowlabel_consistency=1
            net/ipv6 flowlabel_reflect=0 flowlabel_state_ranges=0 fwmark_reflect=0 idgen_delay=1 idgen_retries=3
            net/ipv6 ip_nonlocal_bind=0 max_dst_opts_length=2147483647 max_dst_opts_number=8 max_hbh_length=2147483647
            net/ipv6 max_hbh_opts_number=8
            net/ipv6/icmp echo_ignore_all=0 echo_ignore_anycast=0 echo_ignore_multicast=0 error_anycast_as_unicast=0
            net/ipv6/icmp ratelimit=100 ratemask=0-1,3-127
            net/ipv6/route gc_elasticity=9 gc_interval=30 gc_min_interval=0 gc_min_interval_ms=500 gc_thresh=1024
            net/ipv6/route gc_timeout=60 max_size=2147483647 min_adv_mss=1220 mtu_expires=600
            net/ipv6/route skip_notify_on_dev_down=0
            net/unix max_dgram_qlen=512
            vm admin_reserve_kbytes=8192 compact_unevictable_allowed=1 compaction_proactiveness=20 defrag_mode=0
            vm dirty_background_bytes=0 dirty_background_ratio=10 dirty_bytes=0 dirty_expire_centisecs=3000
            vm dirty_ratio=20 dirty_writeback_centisecs=500 dirtytime_expire_seconds=43200 extfrag_threshold=500
            vm hugetlb_shm_group=0 laptop_mode=0 legacy_va_layout=0 lowmem_reserve_ratio=256|256|32|0|0
            vm max_map_count=65530 memfd_noexec=0 min_free_kbytes=67584 min_slab_ratio=5 min_unmapped_ratio=1
            vm mmap_min_addr=65536 mmap_rnd_bits=28 mmap_rnd_compat_bits=8 nr_hugepages=0 nr_overcommit_hugepages=0
            vm numa_stat=1 numa_zonelist_order=Node oom_dump_tasks=1 oom_kill_allocating_task=0 overcommit_kbytes=0
            vm overcommit_memory=0 overcommit_ratio=50 page-cluster=3 page_lock_unfairness=5 panic_on_oom=0
            vm percpu_pagelist_high_fraction=0 shrink_inodes_with_pagecache=0 stat_interval=1 swappiness=60
            vm unprivileged_userfaultfd=0 user_reserve_kbytes=131072 vfs_cache_pressure=100
            vm vfs_cache_pressure_denom=100 watermark_boost_factor=15000 watermark_scale_factor=10 zone_reclaim_mode=0
            """;

    /** net/ipv4/conf/INTERFACE. */
    static final String IPV4 = """
            accept_local=0 accept_redirects=1 accept_source_route=1 arp_accept=0 arp_announce=0 arp_evict_nocarrier=1
            arp_filter=0 arp_ignore=0 arp_notify=0 bc_forwarding=0 bootp_relay=0 disable_policy=0
            drop_gratuitous_arp=0 drop_unicast_in_l2_multicast=0 force_igmp_version=0
            igmpv2_unsolicited_report_interval=10000 igmpv3_unsolicited_report_interval=1000
            ignore_routes_with_linkdown=0 log_martians=0 mc_forwarding=0 medium_id=0 promote_secondaries=0 proxy_arp=0
            proxy_arp_pvlan=0 route_localnet=0 rp_filter=0 secure_redirects=1 send_redirects=1 shared_media=1
            src_valid_mark=0 tag=0
            """;

    /** net/ipv6/conf/INTERFACE. */
    static final String IPV6 = """
            accept_dad=1 accept_ra=1 accept_ra_defrtr=1 accept_ra_from_local=0 accept_ra_min_hop_limit=1
            accept_ra_min_lft=0 accept_ra_mtu=1 accept_ra_pinfo=1 accept_ra_rt_info_max_plen=0
            accept_ra_rt_info_min_plen=0 accept_ra_rtr_pref=1 accept_redirects=1 accept_source_route=0
            accept_untracked_na=0 addr_gen_mode=0 autoconf=1 dad_transmits=1 disable_ipv6=0 disable_policy=0
            drop_unicast_in_l2_multicast=0 drop_unsolicited_na=0 enhanced_dad=1 force_forwarding=0 force_mld_version=0
            force_tllao=0 hop_limit=64 ignore_routes_with_linkdown=0 keep_addr_on_down=0 max_addresses=16
            max_desync_factor=600 mc_forwarding=0 mldv1_unsolicited_report_interval=10000
            mldv2_unsolicited_report_interval=1000 mtu=1280 ndisc_evict_nocarrier=1 ndisc_notify=0 ndisc_tclass=0
            optimistic_dad=0 proxy_ndp=0 ra_defrtr_metric=1024 ra_honor_pio_life=0 ra_honor_pio_pflag=0
            regen_max_retry=3 regen_min_advance=2 router_probe_interval=60 router_solicitation_delay=1
            router_solicitation_interval=4 router_solicitation_max_interval=3600 router_solicitations=-1
            rpl_seg_enabled=0 suppress_frag_ndisc=1 temp_prefered_lft=86400 temp_valid_lft=604800 use_oif_addrs_only=0
            use_optimistic=0 use_tempaddr=0
            """;

    /** net/ipv4/neigh/INTERFACE and net/ipv6/neigh/INTERFACE. */
    static final String NEIGHBOURS = """
            anycast_delay=100 app_solicit=0 base_reachable_time=30 base_reachable_time_ms=30000
            delay_first_probe_time=5 gc_stale_time=60 interval_probe_time_ms=5000 locktime=100 mcast_resolicit=0
            mcast_solicit=3 proxy_delay=80 proxy_qlen=64 retrans_time=100 retrans_time_ms=1000 ucast_solicit=3
            unres_qlen=101 unres_qlen_bytes=212992
            """;

    /** Told of each value of a table. */
    interface Visitor {
        void value(String path, String text);
    }

    private SysctlTable() {}

    /** Goes through a table whose lines begin with a directory. */
    static void each(String table, Visitor v) {
        StringTokenizer lines = new StringTokenizer(table, "\n");
        while (lines.hasMoreTokens()) {
            StringTokenizer words = new StringTokenizer(lines.nextToken(), " ");
            String directory = words.nextToken();
            while (words.hasMoreTokens()) {
                value(directory + "/", words.nextToken(), v);
            }
        }
    }

    /** Goes through a table of names alone, which lie in {@code directory}. */
    static void each(String table, String directory, Visitor v) {
        StringTokenizer words = new StringTokenizer(table, " \n");
        while (words.hasMoreTokens()) {
            value(directory + "/", words.nextToken(), v);
        }
    }

    private static void value(String directory, String word, Visitor v) {
        int equals = word.indexOf('=');
        String text = word.substring(equals + 1);
        boolean numbers = !text.isEmpty() && (text.charAt(0) < 'A');
        v.value(directory + word.substring(0, equals), text.replace('|', numbers ? '\t' : ' '));
    }
}
