# What every attack starts with. It stands before the attack's own text, which defines `attack(arena)`; `arena` is what
# an attacker could at best have found out: where things are, the judge's process, an answer in some attacks.
import ctypes
import errno
import json
import os
import sys

libc = ctypes.CDLL(None, use_errno=True)

_refused, _worked, _odd = [], [], []
# Kept from before the attack, which may replace everything.
_write, _loads, _dumps = os.write, json.loads, json.dumps
_REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EXDEV}


def refused(name, action, *also):
    """The action must be refused, with one of the errors that refusals have or one of `also`."""
    try:
        action()
    except OSError as error:
        fair = error.errno in _REFUSALS or error.errno in also
        (_refused if fair else _odd).append("%s (%s)" % (name, errno.errorcode.get(error.errno, error.errno)))
    else:
        _worked.append(name)


def worked(name):
    """An attack that noticed its own success says so."""
    _worked.append(name)


# By the names of the x86-64 table; from 424 on all machines agree.
_NUMBERS = {
    "x86_64": dict(
        fork=57, vfork=58, clone=56, kill=62, tkill=200, tgkill=234, rt_sigqueueinfo=129, rt_tgsigqueueinfo=297,
        ptrace=101, process_vm_readv=310, process_vm_writev=311, kcmp=312, perf_event_open=298, move_pages=279,
        migrate_pages=256, ioprio_set=251, sched_setscheduler=144, sched_setparam=142, sched_setattr=314, mlockall=151,
        setsid=112, setpgid=109, memfd_create=319, execveat=322, userfaultfd=323, bpf=321, add_key=248,
        request_key=249, keyctl=250, shmget=29, semget=64, msgget=68, mq_open=240, unshare=272, setns=308, mount=165,
        umount2=166, pivot_root=155, open_by_handle_at=304, name_to_handle_at=303, fanotify_init=300, swapon=167,
        swapoff=168, quotactl=179, settimeofday=164, clock_settime=227, clock_adjtime=305, adjtimex=159, reboot=169,
        sethostname=170, setdomainname=171, init_module=175, finit_module=313, delete_module=176, kexec_load=246,
        syslog=103, acct=163, vhangup=153, iopl=172, ioperm=173, capset=126, setuid=105, setgid=106, setresuid=117,
        setresgid=119, setgroups=116, setfsuid=122, timer_create=222, sync=162, syncfs=306, inotify_init=253,
        inotify_init1=294, inotify_add_watch=254, sendmsg=46, sendmmsg=307, chmod=90, utime=132, lchown=94,
        modify_ldt=154, prlimit64=302, setrlimit=160, process_madvise=440, exit=60,
    )
}
_EVERYWHERE = dict(
    pidfd_send_signal=424, io_uring_setup=425, io_uring_enter=426, io_uring_register=427, open_tree=428,
    move_mount=429, fsopen=430, pidfd_open=434, clone3=435, openat2=437, pidfd_getfd=438, mount_setattr=442,
    memfd_secret=447, process_mrelease=448, fchmodat2=452,
)


def call(name, *arguments):
    """A system call by its number, past the C library. Raises OSError."""
    number = name if isinstance(name, int) else _EVERYWHERE.get(name) or _NUMBERS.get(os.uname().machine, {}).get(name)
    if number is None:
        raise OSError(errno.ENOSYS, "this machine's number is not known to the test")
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def checked(result):
    """The result of a function of the C library. Raises OSError."""
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def outcome(value):
    """What the attack answers: its own value, or the tally of what was refused."""
    if _worked:
        return "worked: " + ", ".join(_worked)
    if _odd:
        return "neither refused nor worked: " + ", ".join(_odd)
    if value is None and _refused:
        # The end of a long list says nothing new, and output has a limit.
        return "all refused: %d, %s" % (len(_refused), ", ".join(_refused[:20]))
    return "nothing tried" if value is None else value
