// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/* Numbers of calls that are younger than some C libraries. */
enum { SYS_set_mempolicy_home_node_ = 450, SYS_cachestat_ = 451, SYS_fchmodat2_ = 452, SYS_futex_wake_ = 454, SYS_futex_requeue_ = 456,
    SYS_statmount_ = 457, SYS_listmount_ = 458, SYS_mseal_ = 462, SYS_setxattrat_ = 463, SYS_getxattrat_ = 464, SYS_listxattrat_ = 465,
    SYS_removexattrat_ = 466 };
