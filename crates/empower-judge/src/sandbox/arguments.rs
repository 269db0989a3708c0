//! The system calls that a judged program may make with some arguments and not with others.
//!
//! Arguments behind pointers are out of a filter's sight, so a call whose harm lies there is refused whole, in
//! `refused`.

use std::collections::BTreeMap;

use seccompiler::{BackendError, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};

/// Calls by number, each with the conditions under which it is refused: any of them, or always where there are none.
type Refused = BTreeMap<i64, Vec<SeccompRule>>;

fn add(refused: &mut Refused, call: i64, conditions: &[(u8, SeccompCmpOp, u64)]) -> Result<(), BackendError> {
    let conditions = conditions
        .iter()
        .map(|(argument, operator, value)| {
            SeccompCondition::new(*argument, SeccompCmpArgLen::Dword, operator.clone(), *value)
        })
        .collect::<Result<_, _>>()?;
    refused.entry(call).or_default().push(SeccompRule::new(conditions)?);
    Ok(())
}

/// Adds what a process that prepares judged programs, and runs none itself, does not need either.
pub(super) fn refuse_to_all(refused: &mut Refused) -> Result<(), BackendError> {
    let mut add = |call, conditions: &[_]| add(refused, call, conditions);
    use SeccompCmpOp::{Eq, MaskedEq, Ne};

    // Local pairs are what an event loop wakes itself with. A pair of datagram sockets is more than a pair: each end
    // can send to any socket with a name, a system log for one. (To Linux, a raw local socket is one of datagrams.)
    add(libc::SYS_socketpair, &[(0, Ne, libc::AF_UNIX as u64)])?;
    const TYPE_BITS: u64 = 0xf;
    for kind in (0..=TYPE_BITS).filter(|&kind| kind != libc::SOCK_STREAM as u64) {
        add(libc::SYS_socketpair, &[(1, MaskedEq(TYPE_BITS), kind)])?;
    }
    // One's own limits may be read and lowered, nobody else's.
    add(libc::SYS_prlimit64, &[(0, Ne, 0)])?;
    // A descriptor's owner gets a signal of the program's choice when something can be read: a way to kill whatever
    // has the same user, the judge included. Landlock closes it from version 6 on.
    const F_SETSIG: u64 = 10;
    const F_SETOWN_EX: u64 = 15;
    let setown = libc::F_SETOWN as u64;
    for command in [setown, F_SETSIG, F_SETOWN_EX, libc::F_SETLEASE as u64, libc::F_NOTIFY as u64] {
        add(libc::SYS_fcntl, &[(1, Eq, command)])?;
    }
    const FIOSETOWN: u64 = 0x8901;
    const SIOCSPGRP: u64 = 0x8902;
    // Typing into the terminal that the judge was started from, were a program ever to get hold of it.
    const TIOCSTI: u64 = 0x5412;
    const TIOCLINUX: u64 = 0x541c;
    for request in [FIOSETOWN, SIOCSPGRP, TIOCSTI, TIOCLINUX] {
        add(libc::SYS_ioctl, &[(1, Eq, request)])?;
    }
    Ok(())
}

/// Adds what only a judged program is refused.
pub(super) fn refuse_to_programs(refused: &mut Refused) -> Result<(), BackendError> {
    use SeccompCmpOp::{Eq, MaskedEq, Ne};
    // A thread shares its process; any other clone is a new process. A thread with a table of descriptors of its own
    // would have a limit of its own on them, and with it as many open files as threads times descriptors.
    for shared in [libc::CLONE_THREAD, libc::CLONE_FILES, libc::CLONE_FS] {
        add(refused, libc::SYS_clone, &[(0, MaskedEq(shared as u64), 0)])?;
    }
    // Without the death signal a child could outlive the judge; undumpable, it could hide its files from the judge.
    for option in [libc::PR_SET_PDEATHSIG, libc::PR_SET_DUMPABLE] {
        add(refused, libc::SYS_prctl, &[(0, Eq, option as u64)])?;
    }
    // One's own limit of processor time may not be lowered: the kernel ends a program at it by SIGKILL, as it does when
    // the machine is out of memory, and a failure of the machine counts in no rate.
    let cpu = u64::from(libc::RLIMIT_CPU);
    #[cfg(target_arch = "x86_64")]
    add(refused, libc::SYS_setrlimit, &[(0, Eq, cpu)])?;
    // The low half of a pointer may be zero by chance; the high half of a pointer of a program is not, then.
    refused.entry(libc::SYS_prlimit64).or_default().push(SeccompRule::new(vec![
        SeccompCondition::new(1, SeccompCmpArgLen::Dword, Eq, cpu)?,
        SeccompCondition::new(2, SeccompCmpArgLen::Qword, Ne, 0)?,
    ])?);
    Ok(())
}
