// The filter on system calls that every run has: a list of what programs need, and nothing that reaches beyond the run.
//
// Engines bring filters of their own, but older ones let a run open vsock to the hypervisor, which no network namespace
// holds back, kernel crypto sockets (CVE-2026-31431) and io_uring; and every one that admits 32-bit calls lets
// `socketcall` past a rule on address families (moby pull 53551). Here 32-bit calls do not exist.

/** What ordinary programs call, by what for. Absent on purpose: modules, mounts, namespaces, keyrings, bpf, clocks, and both kinds of asynchronous I/O: contexts of the older (`io_setup`) are counted for the whole machine. */
const ALLOWED = {
  files: `access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64
    fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync flock fstat fstatfs fsync ftruncate
    futimesat getcwd getdents getdents64 ioctl lchown link linkat lseek lstat mkdir mkdirat mknod mknodat newfstatat open
    openat openat2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv rename
    renameat renameat2 rmdir sendfile splice stat statfs statx symlink symlinkat sync sync_file_range syncfs tee truncate
    umask unlink unlinkat utime utimensat utimes vmsplice write writev cachestat ustat`,
  attributes: `fgetxattr flistxattr fremovexattr fsetxattr getxattr lgetxattr listxattr llistxattr lremovexattr lsetxattr
    removexattr setxattr`,
  memory: `brk get_mempolicy madvise map_shadow_stack mbind membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall
    mmap mprotect mremap mseal msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect process_madvise
    process_mrelease remap_file_pages set_mempolicy set_mempolicy_home_node`,
  processes: `arch_prctl execve execveat exit exit_group fork getcpu getpgid getpgrp getpid getppid getpriority getrlimit
    getrusage getsid gettid kill pidfd_getfd pidfd_open pidfd_send_signal prctl prlimit64 process_vm_readv
    process_vm_writev ptrace restart_syscall rseq sched_get_priority_max sched_get_priority_min sched_getaffinity
    sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam
    sched_setscheduler sched_yield set_robust_list get_robust_list set_thread_area get_thread_area set_tid_address setpgid
    setpriority setrlimit setsid tgkill tkill vfork wait4 waitid ioprio_get ioprio_set times`,
  users: `capget capset getegid geteuid getgid getgroups getresgid getresuid getuid setfsgid setfsuid setgid setgroups
    setregid setresgid setresuid setreuid setuid`,
  signals: `alarm getitimer pause rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
    rt_sigtimedwait rt_tgsigqueueinfo setitimer sigaltstack signalfd signalfd4`,
  waiting: `epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd
    eventfd2 futex futex_requeue futex_wait futex_waitv futex_wake inotify_add_watch inotify_init inotify_init1
    inotify_rm_watch poll ppoll pselect6 select`,
  time: `clock_getres clock_gettime clock_nanosleep gettimeofday nanosleep time timer_create timer_delete timer_getoverrun
    timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime adjtimex clock_adjtime`,
  pipes: `accept accept4 bind connect getpeername getsockname getsockopt listen pipe pipe2 recvfrom recvmmsg recvmsg
    sendmmsg sendmsg sendto setsockopt shutdown socketpair`,
  ipc: `mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv msgsnd semctl semget
    semop semtimedop shmat shmctl shmdt shmget`,
  system: "getrandom sysinfo uname landlock_add_rule landlock_create_ruleset landlock_restrict_self seccomp modify_ldt",
} as const;

/** Local sockets, IPv4, IPv6, and netlink, through which a program lists its interfaces. */
const SOCKET_FAMILIES = [1, 2, 10, 16];

/** The only personalities: Linux as it is, with its two variants of `uname`, and the question which one holds. */
const PERSONALITIES = [0, 0x0008, 0x20000, 0x20008, 0xffffffff];

/** Every flag of `clone` that makes a namespace. */
const NEW_NAMESPACES = 0x7e020000;

const ENOSYS = 38;

const PROFILE = {
  defaultAction: "SCMP_ACT_ERRNO",
  archMap: ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"].map((architecture) => ({ architecture, subArchitectures: [] })),
  syscalls: [
    allow(Object.values(ALLOWED).flatMap((names) => names.split(/\s+/))),
    ...SOCKET_FAMILIES.map((family) => allow(["socket"], equals(family))),
    ...PERSONALITIES.map((persona) => allow(["personality"], equals(persona))),
    allow(["clone"], { index: 0, value: NEW_NAMESPACES, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }),
    // The flags of `clone3` are behind a pointer. Told that neither exists, programs fall back to `clone`, and to reading and writing.
    { names: ["clone3", "io_setup"], action: "SCMP_ACT_ERRNO", errnoRet: ENOSYS },
  ],
};

/** The security option that carries the filter, as the engine takes it. */
export const SECCOMP_OPTION = `seccomp=${JSON.stringify(PROFILE)}`;

/** Whether an engine on this machine takes the filter; others keep their own, which the guard does not let anyone switch off. */
export function takesFilter(engine: { readonly architecture: string; readonly podman: boolean }): boolean {
  return !engine.podman && ["x86_64", "amd64", "aarch64", "arm64"].includes(engine.architecture);
}

function allow(names: readonly string[], ...args: readonly object[]) {
  return { names, action: "SCMP_ACT_ALLOW", ...(args.length > 0 ? { args } : {}) };
}

function equals(value: number) {
  return { index: 0, value, valueTwo: 0, op: "SCMP_CMP_EQ" };
}
