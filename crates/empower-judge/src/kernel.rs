//! Every call into the kernel that Rust's library does not offer, and the only unsafe code of this crate.
//!
//! Confining a child means calling the kernel between `fork` and `exec`, and neither `std` nor the `landlock` and
//! `seccompiler` crates do that in one piece. The rules of that stretch: the child is a copy of one thread of a
//! process with many, so it may only make system calls that are safe after `fork`. It allocates nothing and takes no
//! lock; whatever it needs is in [`Confinement`], built before. This module decides nothing: what to apply is
//! `sandbox`'s business, what an ending means is `runner`'s.
#![allow(unsafe_code)]

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use seccompiler::BpfProgram;

/// One `setrlimit` call: resource, soft limit, hard limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) resource: libc::__rlimit_resource_t,
    pub(crate) soft: u64,
    pub(crate) hard: u64,
}

/// What the child applies to itself before it becomes the interpreter, in order of the fields.
pub(crate) struct Confinement {
    /// The pipe or socket that the child keeps; every other descriptor from 3 on is closed at `exec`.
    pub(crate) report: RawFd,
    /// The judging process, so that a child whose parent is already gone ends at once.
    pub(crate) parent: u32,
    /// User and group to become, where the judge runs as root and lowers itself.
    pub(crate) identity: Option<(u32, u32)>,
    /// Flags for `unshare`; 0 where namespaces cannot be had.
    pub(crate) namespaces: libc::c_int,
    /// Whether to give up every capability.
    pub(crate) drop_capabilities: bool,
    /// Resource limits.
    pub(crate) limits: Vec<Limit>,
    /// The Landlock ruleset to enter.
    pub(crate) landlock: Option<OwnedFd>,
    /// The system-call filters to install, last of all.
    pub(crate) filters: Option<Arc<Vec<BpfProgram>>>,
}

/// Where a child failed to confine itself, told on the report pipe as `!` and the letter.
pub(crate) fn step_name(letter: u8) -> &'static str {
    match letter {
        b's' => "starting a session",
        b'f' => "closing inherited descriptors",
        b'i' => "dropping to an unprivileged user",
        b'n' => "entering namespaces",
        b'c' => "dropping capabilities",
        b'd' => "tying the child's life to the judge's",
        b'r' => "setting resource limits",
        b'l' => "entering the Landlock domain",
        b'b' => "installing the system-call filter",
        _ => "an unknown step",
    }
}

/// Makes `command`'s child confine itself between `fork` and `exec`.
pub(crate) fn confine(command: &mut Command, plan: Confinement) {
    let report = plan.report;
    let hook = move || {
        apply(&plan).map_err(|(letter, error)| {
            let frame = [b'!', letter];
            // SAFETY: writes two bytes of this frame's own array; `write` is safe after fork. Its failure is of no
            // consequence: the error itself still reaches the parent through `spawn`.
            unsafe { libc::write(report, frame.as_ptr().cast(), frame.len()) };
            error
        })
    };
    // SAFETY: `apply` makes system calls only; it neither allocates nor locks, and it reads data that was complete
    // before the fork.
    unsafe { command.pre_exec(hook) };
}

/// `prctl` takes words through a variable argument list, where a plain `0` would be half of one.
const ZERO: libc::c_ulong = 0;

type Failure = (u8, io::Error);

fn check(letter: u8, returned: libc::c_long) -> Result<(), Failure> {
    if returned < 0 { Err((letter, io::Error::last_os_error())) } else { Ok(()) }
}

fn apply(plan: &Confinement) -> Result<(), Failure> {
    // SAFETY (each block below): system calls with integer arguments, or with pointers to live values of the type
    // that the call reads. None touches memory that another thread of the parent could have left half-changed. The
    // identity calls are raw, because the C library's wrappers would look for threads that this child lacks.

    // SAFETY: no arguments.
    check(b's', unsafe { libc::setsid() }.into())?;
    // SAFETY: integer arguments.
    unsafe {
        let closed = libc::syscall(libc::SYS_close_range, 3u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC);
        // Rust opens descriptors close-on-exec anyway; only a strict sandbox insists on the rest.
        if plan.filters.is_some() {
            check(b'f', closed)?;
        }
        check(b'f', libc::fcntl(plan.report, libc::F_SETFD, 0).into())?;
        libc::umask(0o077);
    }
    if let Some((user, group)) = plan.identity {
        // SAFETY: integer arguments; the list of groups is empty, so its pointer is not read.
        unsafe {
            check(b'i', libc::syscall(libc::SYS_setgroups, 0usize, std::ptr::null::<libc::gid_t>()))?;
            check(b'i', libc::syscall(libc::SYS_setresgid, group, group, group))?;
            check(b'i', libc::syscall(libc::SYS_setresuid, user, user, user))?;
        }
    }
    if plan.namespaces != 0 {
        // SAFETY: integer argument.
        check(b'n', unsafe { libc::unshare(plan.namespaces) }.into())?;
    }
    if plan.drop_capabilities {
        drop_capabilities()?;
    }
    // SAFETY: integer arguments. After the identity, because a change of user clears the death signal.
    unsafe {
        check(b'd', libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as libc::c_ulong).into())?;
        if libc::getppid() as u32 != plan.parent {
            libc::_exit(127);
        }
        // Object addresses order some sets; without randomised addresses a verdict repeats. Refused in some
        // containers, and then merely absent.
        libc::personality(libc::ADDR_NO_RANDOMIZE as libc::c_ulong);
    }
    for limit in &plan.limits {
        let value = libc::rlimit { rlim_cur: limit.soft, rlim_max: limit.hard };
        // SAFETY: `value` lives across the call.
        check(b'r', unsafe { libc::setrlimit(limit.resource, &value) }.into())?;
    }
    if plan.landlock.is_some() || plan.filters.is_some() {
        // SAFETY: integer arguments.
        check(b'l', unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1 as libc::c_ulong, ZERO, ZERO, ZERO) }.into())?;
    }
    if let Some(ruleset) = &plan.landlock {
        // SAFETY: integer arguments.
        check(b'l', unsafe { libc::syscall(libc::SYS_landlock_restrict_self, ruleset.as_raw_fd(), 0u32) })?;
    }
    if let Some(filters) = &plan.filters {
        for filter in filters.iter() {
            if seccompiler::apply_filter(filter).is_err() {
                return Err((b'b', io::Error::last_os_error()));
            }
        }
    }
    Ok(())
}

/// Empties the bounding, ambient, permitted, effective and inheritable sets. A child that stays user 0 would else get
/// its capabilities back at `exec`.
fn drop_capabilities() -> Result<(), Failure> {
    #[repr(C)]
    struct Header {
        version: u32,
        pid: i32,
    }
    const VERSION_3: u32 = 0x2008_0522;
    let header = Header { version: VERSION_3, pid: 0 };
    let empty = [[0u32; 3]; 2];
    // SAFETY: integer arguments, and pointers to a header and to the two data records that version 3 reads. The
    // bounding set can only be lowered by who holds CAP_SETPCAP; others have nothing to regain, so a refusal is fine.
    unsafe {
        for capability in 0..64 as libc::c_ulong {
            if libc::prctl(libc::PR_CAPBSET_DROP, capability, ZERO, ZERO, ZERO) < 0 {
                break;
            }
        }
        libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL as libc::c_ulong, ZERO, ZERO, ZERO);
        check(b'c', libc::syscall(libc::SYS_capset, &header, &empty))
    }
}

/// The effective user of this process.
pub(crate) fn effective_user() -> u32 {
    // SAFETY: no arguments, cannot fail.
    unsafe { libc::geteuid() }
}

/// Bytes on the file system of `path` that an unprivileged user may still take.
pub(crate) fn free_bytes(path: &Path) -> io::Result<u64> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: `statvfs` is plain integers, for which zero is a value.
    let mut value: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: a string that ends in zero and a record, both alive across the call.
    if unsafe { libc::statvfs(path.as_ptr(), &mut value) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(value.f_bavail.saturating_mul(value.f_frsize))
}

/// Bytes of a page of memory.
pub(crate) fn page_size() -> u64 {
    // SAFETY: integer argument.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    // POSIX wants it to be there; 4 KiB is the least that Linux has.
    u64::try_from(size).unwrap_or(4096)
}

/// The hard limit of `resource` in this process; a child can go no higher.
pub(crate) fn hard_limit(resource: libc::__rlimit_resource_t) -> io::Result<u64> {
    let mut value = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `value` lives across the call, which writes it.
    if unsafe { libc::getrlimit(resource, &mut value) } < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(value.rlim_max)
    }
}

/// The Landlock interface version of the running kernel; 0 or less where there is none.
pub(crate) fn landlock_abi() -> i32 {
    const VERSION: u32 = 1;
    // SAFETY: with the version flag the call reads no attributes and returns a number.
    unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0usize, VERSION) as i32 }
}

/// Whether the kernel knows the seccomp action that the filters use.
pub(crate) fn seccomp_available() -> bool {
    let action = libc::SECCOMP_RET_ERRNO;
    // SAFETY: `action` lives across the call, which reads four bytes.
    unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0 }
}

/// A descriptor that becomes readable when process `pid`, a child not yet reaped, has ended.
pub(crate) fn process_descriptor(pid: u32) -> io::Result<OwnedFd> {
    // SAFETY: integer arguments.
    let descriptor = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call just made this descriptor, and nobody else holds it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor as RawFd) })
}

/// Waits until one of `descriptors` can be read without blocking or `timeout` has passed; says which. A closed one
/// (`None`) is skipped. A signal counts as nothing ready.
pub(crate) fn readable<const N: usize>(descriptors: [Option<RawFd>; N], timeout: Duration) -> io::Result<[bool; N]> {
    // A negative descriptor is ignored by the kernel. Rounded up, lest the last millisecond be spent spinning.
    let mut polled = descriptors.map(|fd| libc::pollfd { fd: fd.unwrap_or(-1), events: libc::POLLIN, revents: 0 });
    let millis = timeout.as_micros().div_ceil(1000).min(i32::MAX as u128) as libc::c_int;
    // SAFETY: `polled` holds N records and lives across the call.
    let ready = unsafe { libc::poll(polled.as_mut_ptr(), N as libc::nfds_t, millis) };
    if ready < 0 {
        let error = io::Error::last_os_error();
        return if error.kind() == io::ErrorKind::Interrupted { Ok([false; N]) } else { Err(error) };
    }
    Ok(polled.map(|entry| entry.revents != 0))
}

/// Kills a child that is not yet reaped, and its process group.
pub(crate) fn kill_group(pid: u32) {
    // SAFETY: integer arguments. The child is not reaped, so the number still means it and its group.
    unsafe {
        libc::kill(-(pid as libc::pid_t), libc::SIGKILL);
        libc::kill(pid as libc::pid_t, libc::SIGKILL);
    }
}

/// How a child ended and what it used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending {
    /// The exit status, for a child that exited.
    pub(crate) code: Option<i32>,
    /// The signal, for a child that was killed.
    pub(crate) signal: Option<i32>,
    /// User and system time, of all threads.
    pub(crate) cpu: Duration,
    /// The most memory that was resident at a time, in bytes, the interpreter's own included.
    pub(crate) peak_memory: u64,
}

impl Ending {
    /// From the number that `wait4` gives, and what was used.
    pub(crate) fn from_status(status: i32, cpu: Duration, peak_memory: u64) -> Self {
        Self {
            code: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
            signal: libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status)),
            cpu,
            peak_memory,
        }
    }
}

/// Waits for child `pid` and collects it. Blocks until the child has ended.
pub(crate) fn reap(pid: u32) -> io::Result<Ending> {
    let mut status = 0;
    // SAFETY: `rusage` is plain integers, for which zero is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: `status` and `usage` live across the call, which writes them.
        let reaped = unsafe { libc::wait4(pid as libc::pid_t, &mut status, 0, &mut usage) };
        if reaped == pid as libc::pid_t {
            break;
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    let time = |value: libc::timeval| {
        Duration::from_secs(value.tv_sec.max(0) as u64) + Duration::from_micros(value.tv_usec.max(0) as u64)
    };
    // Linux counts in KiB.
    let peak = usage.ru_maxrss.max(0) as u64 * 1024;
    Ok(Ending::from_status(status, time(usage.ru_utime) + time(usage.ru_stime), peak))
}

/// Two ends of a local socket that keeps messages apart; both are closed at `exec`.
pub(crate) fn message_sockets() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [-1; 2];
    // SAFETY: the call writes two descriptors into the array, which lives across it.
    let made =
        unsafe { libc::socketpair(libc::AF_UNIX, libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC, 0, ends.as_mut_ptr()) };
    if made < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call just made these descriptors, and nobody else holds them.
    Ok(unsafe { (OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])) })
}

/// The most descriptors that go with one message.
pub(crate) const MAX_PASSED: usize = 5;

/// Sends one message, with at most [`MAX_PASSED`] descriptors. A peer that is gone is an error, not a signal.
pub(crate) fn send_message(socket: RawFd, message: &[u8], passed: &[RawFd]) -> io::Result<()> {
    assert!(passed.len() <= MAX_PASSED, "callers pass a few");
    // Aligned for the header, which holds a length and two integers.
    let mut control = [0u64; 8];
    let mut part = libc::iovec { iov_base: message.as_ptr().cast_mut().cast(), iov_len: message.len() };
    // SAFETY: `msghdr` is integers and pointers, for which zero is a value.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &mut part;
    header.msg_iovlen = 1;
    // SAFETY: `control` has room for a header and MAX_PASSED descriptors (16 + 20 bytes, rounded up: 40 of 64), so the
    // first header and its data lie within; all pointers live across the call, which only reads `message`.
    let sent = unsafe {
        if !passed.is_empty() {
            let bytes = std::mem::size_of_val(passed) as u32;
            header.msg_control = control.as_mut_ptr().cast();
            header.msg_controllen = libc::CMSG_SPACE(bytes) as _;
            let first = libc::CMSG_FIRSTHDR(&header);
            (*first).cmsg_level = libc::SOL_SOCKET;
            (*first).cmsg_type = libc::SCM_RIGHTS;
            (*first).cmsg_len = libc::CMSG_LEN(bytes) as _;
            std::ptr::copy_nonoverlapping(passed.as_ptr(), libc::CMSG_DATA(first).cast(), passed.len());
        }
        libc::sendmsg(socket, &header, libc::MSG_NOSIGNAL)
    };
    if sent < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Receives one message of at most 256 bytes; empty where the peer is gone. Blocks for at most `timeout`, which is an
/// error of its own kind.
pub(crate) fn receive_message(socket: RawFd, timeout: Duration) -> io::Result<Vec<u8>> {
    let deadline = std::time::Instant::now() + timeout;
    loop {
        let left = deadline.saturating_duration_since(std::time::Instant::now());
        if readable([Some(socket)], left)?[0] {
            break;
        }
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
    let mut buffer = vec![0u8; 256];
    // SAFETY: the buffer lives across the call, which writes at most its length.
    let length = unsafe { libc::recv(socket, buffer.as_mut_ptr().cast(), buffer.len(), 0) };
    if length < 0 {
        return Err(io::Error::last_os_error());
    }
    buffer.truncate(length as usize);
    Ok(buffer)
}
