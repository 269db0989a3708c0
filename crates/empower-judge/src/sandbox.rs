//! What confines an untrusted program, decided before it starts: which layers this machine has, the Landlock rules,
//! the system-call filters and the resource limits.
//!
//! The layers overlap on purpose. Landlock keeps files outside the scratch folder unreadable; the filter refuses new
//! processes, sockets, signals, changes of mode or owner, and whole families of calls that no judged program needs;
//! resource limits bound memory, processor time and file size; where the judge is root it lowers itself. Under
//! [`SandboxPolicy::Strict`] a missing required layer is an error. Namespaces and the newer parts of Landlock repeat
//! what the filter already refuses, so they are used where they can be had and reported either way.
//!
//! Not covered: Landlock lets a program learn that a path exists and its size (`stat`), and a program may use as much
//! processor time as its limit. This module makes no system call on the child's behalf; `kernel` does.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, Scope, make_bitflags,
};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, SeccompRule, sock_filter};

use crate::interpreter::Interpreter;
use crate::kernel::{self, Limit};
use crate::{JudgeError, JudgeSettings, LayerStatus, SandboxPolicy};

mod arguments;
pub(crate) mod disk;
pub(crate) mod probe;
mod refused;

/// `nobody` on every common distribution: owns no file and runs no service worth the name.
const UNPRIVILEGED: (u32, u32) = (65534, 65534);

/// chosen: some ten standard files and libraries stay open; judged programs open none.
const MAX_DESCRIPTORS: u64 = 64;

/// chosen: enough for a thread pool on a large machine, too few for a bomb. Counted only inside a user namespace.
const MAX_TASKS: u64 = 64;

/// Linux's usual main stack. Fixed, so that a verdict does not depend on the shell that started the judge.
const STACK_BYTES: u64 = 8 << 20;

/// The most that one file in the scratch folder may hold, and the scratch folder in all (JUDGE section 3).
pub(crate) const MAX_FILE_BYTES: u64 = 16 << 20;
/// chosen: four full files.
pub(crate) const MAX_SCRATCH_BYTES: u64 = 64 << 20;
/// chosen: bounds the inodes that a program can take; a judged program makes none.
pub(crate) const MAX_SCRATCH_FILES: usize = 1024;

/// The sandbox of one judge, built once and used for every program.
pub(crate) struct Sandbox {
    pub(crate) policy: SandboxPolicy,
    pub(crate) layers: Vec<LayerStatus>,
    /// User and group that programs run as; `None` keeps the judge's own.
    pub(crate) identity: Option<(u32, u32)>,
    pub(crate) namespaces: libc::c_int,
    pub(crate) filters: Option<Arc<Vec<BpfProgram>>>,
    /// For the warm interpreter, which runs no program: it may fork, and make sessions.
    pub(crate) warm_filters: Option<Arc<Vec<BpfProgram>>>,
    /// What its child installs on top of those: together the same as `filters`.
    pub(crate) warm_child_filters: Option<Arc<Vec<BpfProgram>>>,
    abi: ABI,
    rules: Vec<(PathFd, BitFlags<AccessFs>)>,
}

/// Names of layers, as manifests and messages show them.
pub(crate) mod layer {
    pub(crate) const LANDLOCK_FILES: &str = "landlock-files";
    pub(crate) const LANDLOCK_NETWORK: &str = "landlock-network";
    pub(crate) const LANDLOCK_SCOPE: &str = "landlock-scope";
    pub(crate) const SECCOMP: &str = "seccomp";
    pub(crate) const LIMITS: &str = "resource-limits";
    pub(crate) const UNPRIVILEGED_USER: &str = "unprivileged-user";
    pub(crate) const NAMESPACES: &str = "namespaces";
}

impl Sandbox {
    /// Looks at what the machine has and prepares everything that does not change from program to program. `identity`
    /// and `namespaces` are the caller's choice, found by trial.
    pub(crate) fn prepare(
        policy: SandboxPolicy,
        interpreter: &Interpreter,
        identity: Option<(u32, u32)>,
        namespaces: libc::c_int,
    ) -> Result<Self, JudgeError> {
        let abi_version = kernel::landlock_abi();
        let layers = survey(policy, abi_version, kernel::seccomp_available(), identity, namespaces);
        require(policy, &layers)?;
        let abi = ABI::from(abi_version);
        if policy == SandboxPolicy::None {
            let none = SandboxPolicy::None;
            return Ok(Self {
                policy: none,
                layers,
                identity: None,
                namespaces: 0,
                filters: None,
                warm_filters: None,
                warm_child_filters: None,
                abi,
                rules: Vec::new(),
            });
        }
        let built = |confined| {
            filters(confined).map(|filters| Some(Arc::new(filters))).map_err(|error| JudgeError::SandboxUnusable {
                layer: layer::SECCOMP,
                detail: error.to_string(),
                hint: HINT,
            })
        };
        let rules = rules(interpreter)?;
        Ok(Self {
            policy,
            layers,
            identity,
            namespaces,
            filters: built(Confined::Program)?,
            warm_filters: built(Confined::Warm)?,
            warm_child_filters: built(Confined::WarmChild)?,
            abi,
            rules,
        })
    }

    /// The ruleset for a program whose scratch folder is `scratch`: everything is refused but reading what Python
    /// needs, executing Python, and plain files in `scratch`. `None` without a sandbox. Costs some 0.1 ms.
    pub(crate) fn ruleset(&self, scratch: &Path) -> io::Result<Option<OwnedFd>> {
        if self.policy == SandboxPolicy::None {
            return Ok(None);
        }
        let mut ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(self.abi))
            .map_err(io::Error::other)?;
        if self.abi >= ABI::V4 {
            ruleset = ruleset.handle_access(AccessNet::from_all(ABI::V4)).map_err(io::Error::other)?;
        }
        if self.abi >= ABI::V6 {
            ruleset = ruleset.scope(Scope::from_all(ABI::V6)).map_err(io::Error::other)?;
        }
        let mut created = ruleset.create().map_err(io::Error::other)?;
        for (path, access) in &self.rules {
            created = created.add_rule(PathBeneath::new(path.as_fd(), *access)).map_err(io::Error::other)?;
        }
        // Neither folders nor links: the scratch folder stays flat, so that measuring and removing it is cheap
        // whatever the program does.
        let scratch_access =
            make_bitflags!(AccessFs::{ReadFile | ReadDir | WriteFile | Truncate | MakeReg | RemoveFile});
        created = created
            .add_rule(PathBeneath::new(PathFd::new(scratch).map_err(io::Error::other)?, scratch_access))
            .map_err(io::Error::other)?;
        Ok(created.into())
    }

    /// The limits of one run of at most `wall` time. Memory and time hold with any policy; the rest belongs to the
    /// sandbox.
    pub(crate) fn limits(&self, settings: &JudgeSettings, wall: Duration) -> io::Result<Vec<Limit>> {
        let cpu = cpu_seconds(wall);
        let mut limits = within_ceilings(vec![
            (libc::RLIMIT_AS, settings.memory_limit, settings.memory_limit),
            (libc::RLIMIT_CPU, cpu, cpu + 1),
        ])?;
        limits.extend(self.fixed_limits()?);
        Ok(limits)
    }

    /// The limits of the warm interpreter itself: what a later lowering could not make up for.
    pub(crate) fn warm_limits() -> io::Result<Vec<Limit>> {
        // The stack's limit at `exec` decides where mappings begin.
        within_ceilings(vec![(libc::RLIMIT_CORE, 0, 0), (libc::RLIMIT_STACK, STACK_BYTES, u64::MAX)])
    }

    /// The limits that are the same for every run.
    pub(crate) fn fixed_limits(&self) -> io::Result<Vec<Limit>> {
        let mut wanted = vec![
            (libc::RLIMIT_CORE, 0, 0),
            // Programs that recurse deeply raise it themselves; the address space bounds it.
            (libc::RLIMIT_STACK, STACK_BYTES, u64::MAX),
            (libc::RLIMIT_FSIZE, MAX_FILE_BYTES, MAX_FILE_BYTES),
        ];
        if self.policy == SandboxPolicy::Strict {
            wanted.push((libc::RLIMIT_NOFILE, MAX_DESCRIPTORS, MAX_DESCRIPTORS));
            wanted.push((libc::RLIMIT_MEMLOCK, 0, 0));
            wanted.push((libc::RLIMIT_MSGQUEUE, 0, 0));
            // Outside a namespace of its own the count would include strangers' processes, and refuse threads to a
            // program because of them.
            if self.namespaces & libc::CLONE_NEWUSER != 0 {
                wanted.push((libc::RLIMIT_NPROC, MAX_TASKS, MAX_TASKS));
            }
        }
        within_ceilings(wanted)
    }
}

/// Processor time for a run of at most `wall`: whole seconds, rounded up, plus one, so that the wall clock strikes
/// first unless several threads compute.
pub(crate) fn cpu_seconds(wall: Duration) -> u64 {
    wall.as_secs() + u64::from(wall.subsec_nanos() > 0) + 1
}

type Wanted = Vec<(libc::__rlimit_resource_t, u64, u64)>;

fn within_ceilings(wanted: Wanted) -> io::Result<Vec<Limit>> {
    wanted
        .into_iter()
        .map(|(resource, soft, hard)| {
            let ceiling = kernel::hard_limit(resource)?;
            Ok(Limit { resource, soft: soft.min(ceiling), hard: hard.min(ceiling) })
        })
        .collect()
}

const HINT: &str = "run without protection by `--sandbox none`, only for programs you trust";

/// The identities to try, best first: as root, `nobody`, then root without capabilities for an interpreter that only
/// root can read (one under a private home); as an ordinary user, that user.
pub(crate) fn identities(policy: SandboxPolicy) -> Vec<Option<(u32, u32)>> {
    match policy {
        SandboxPolicy::Strict if kernel::effective_user() == 0 => vec![Some(UNPRIVILEGED), None],
        _ => vec![None],
    }
}

/// The sets of namespaces to try, most first. The user namespace is what lets an ordinary user have the others.
pub(crate) fn namespace_sets(policy: SandboxPolicy) -> Vec<libc::c_int> {
    match policy {
        SandboxPolicy::Strict => vec![
            libc::CLONE_NEWUSER | libc::CLONE_NEWNET | libc::CLONE_NEWIPC | libc::CLONE_NEWNS,
            libc::CLONE_NEWUSER,
            0,
        ],
        SandboxPolicy::None => vec![0],
    }
}

/// One row a layer, in the order in which a child applies them.
fn survey(
    policy: SandboxPolicy,
    abi_version: i32,
    seccomp: bool,
    identity: Option<(u32, u32)>,
    namespaces: libc::c_int,
) -> Vec<LayerStatus> {
    let strict = policy == SandboxPolicy::Strict;
    let row = |name, required, present: bool, missing: String| LayerStatus {
        name,
        required,
        present: present && strict,
        hint: match (strict, present) {
            (false, _) => String::from("switched off by `--sandbox none`"),
            (true, true) => String::new(),
            (true, false) => missing,
        },
    };
    let landlock = |from, kernel: &str| {
        format!(
            "this kernel offers Landlock version {}; version {from} (Linux {kernel}) is needed, with `landlock` in the \
             kernel's `lsm=` list",
            abi_version.max(0)
        )
    };
    let root = kernel::effective_user() == 0;
    let mut user = row(layer::UNPRIVILEGED_USER, false, !root || identity.is_some(), String::new());
    if strict && root && identity.is_none() {
        user.hint = String::from(
            "programs run as user 0 without capabilities, because `nobody` cannot read this interpreter: use one \
             outside private folders",
        );
    }
    vec![
        user,
        row(
            layer::NAMESPACES,
            false,
            namespaces & libc::CLONE_NEWNET != 0,
            String::from("unprivileged user namespaces are switched off on this machine"),
        ),
        // Always there on Linux, and a failure to set one stops the run.
        row(layer::LIMITS, true, true, String::new()),
        // Version 3 is the first that covers truncation.
        row(layer::LANDLOCK_FILES, true, abi_version >= 3, landlock(3, "6.2")),
        row(layer::LANDLOCK_NETWORK, false, abi_version >= 4, landlock(4, "6.7")),
        row(layer::LANDLOCK_SCOPE, false, abi_version >= 6, landlock(6, "6.12")),
        row(layer::SECCOMP, true, seccomp, String::from("this kernel is built without seccomp filters")),
    ]
}

/// Strict means strict: the first required layer that is missing is the error.
fn require(policy: SandboxPolicy, layers: &[LayerStatus]) -> Result<(), JudgeError> {
    match layers.iter().find(|layer| layer.required && !layer.present) {
        Some(missing) if policy == SandboxPolicy::Strict => {
            Err(JudgeError::SandboxUnusable { layer: missing.name, detail: missing.hint.clone(), hint: HINT })
        }
        _ => Ok(()),
    }
}

/// Opens every path that all programs may use, with what they may do there.
fn rules(interpreter: &Interpreter) -> Result<Vec<(PathFd, BitFlags<AccessFs>)>, JudgeError> {
    let file = BitFlags::from(AccessFs::ReadFile);
    let folder = make_bitflags!(AccessFs::{ReadFile | ReadDir});
    let mut wanted: Vec<(PathBuf, BitFlags<AccessFs>)> = Vec::new();
    for path in &interpreter.readable {
        wanted.push((path.clone(), if path.is_dir() { folder } else { file }));
    }
    for path in &interpreter.executable {
        wanted.push((path.clone(), file | AccessFs::Execute));
    }
    for device in ["/dev/zero", "/dev/random", "/dev/urandom"] {
        wanted.push((PathBuf::from(device), file));
    }
    wanted.push((PathBuf::from("/dev/null"), file | AccessFs::WriteFile));
    wanted
        .into_iter()
        .filter(|(path, _)| path.exists())
        .map(|(path, access)| {
            let opened = PathFd::new(&path).map_err(|error| JudgeError::SandboxUnusable {
                layer: layer::LANDLOCK_FILES,
                detail: error.to_string(),
                hint: HINT,
            })?;
            Ok((opened, access))
        })
        .collect()
}

/// Whom filters are for.
#[derive(Debug, Clone, Copy)]
enum Confined {
    /// A judged program in an interpreter of its own.
    Program,
    /// The warm interpreter, which makes processes and runs no program.
    Warm,
    /// A judged program in a child of the warm interpreter, whose filters it has inherited: only what is added.
    WarmChild,
}

/// The filters, in the order of installation. Each call is checked by all; the most severe answer holds.
fn filters(confined: Confined) -> Result<Vec<BpfProgram>, seccompiler::BackendError> {
    let architecture = std::env::consts::ARCH.try_into()?;
    let compile = |refused: BTreeMap<i64, Vec<SeccompRule>>, errno: i32| {
        SeccompFilter::new(refused, SeccompAction::Allow, SeccompAction::Errno(errno as u32), architecture)?.try_into()
    };
    let for_all = || refused::ALWAYS.iter().filter(|call| !refused::NEEDED_TO_FORK.contains(call));
    let for_programs = || refused::NEEDED_TO_FORK.iter();
    let mut refused = BTreeMap::new();
    if !matches!(confined, Confined::WarmChild) {
        refused.extend(for_all().map(|&call| (call, Vec::new())));
        arguments::refuse_to_all(&mut refused)?;
    }
    if !matches!(confined, Confined::Warm) {
        refused.extend(for_programs().map(|&call| (call, Vec::new())));
        arguments::refuse_to_programs(&mut refused)?;
    }
    let refuse = compile(refused, libc::EPERM)?;
    if let Confined::WarmChild = confined {
        return Ok(vec![refuse]);
    }
    // Its flags are behind a pointer, out of a filter's sight; the C library falls back to `clone`.
    let absent = compile(BTreeMap::from([(libc::SYS_clone3, Vec::new())]), libc::ENOSYS)?;
    Ok(vec![beyond_table(), absent, refuse])
}

/// Answers ENOSYS to call numbers beyond the tables this crate was written against: the x32 twins of every call on
/// x86-64 (bit 30), which would slip past a list of numbers, and calls that future kernels add.
fn beyond_table() -> BpfProgram {
    const LOAD_WORD: u16 = 0x20;
    const JUMP_GREATER_EQUAL: u16 = 0x35;
    const RETURN: u16 = 0x06;
    const ALLOW: u32 = 0x7fff_0000;
    const ERRNO: u32 = 0x0005_0000;
    let statement = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    vec![
        statement(LOAD_WORD, 0, 0, 0), // the call's number
        statement(JUMP_GREATER_EQUAL, 0, 1, refused::FIRST_UNKNOWN),
        statement(RETURN, 0, 0, ERRNO | libc::ENOSYS as u32),
        statement(RETURN, 0, 0, ALLOW),
    ]
}

/// The shortest time limit that leaves room for the interpreter to start.
pub(crate) const MIN_TIME_LIMIT: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: libc::c_int = libc::CLONE_NEWUSER | libc::CLONE_NEWNET;

    fn missing(abi: i32, seccomp: bool, policy: SandboxPolicy) -> Option<&'static str> {
        match require(policy, &survey(policy, abi, seccomp, Some(UNPRIVILEGED), ALL)) {
            Ok(()) => None,
            Err(JudgeError::SandboxUnusable { layer, hint, .. }) => {
                assert!(hint.contains("--sandbox none"), "{hint}");
                Some(layer)
            }
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn strict_names_the_missing_layer() {
        assert_eq!(missing(7, true, SandboxPolicy::Strict), None);
        assert_eq!(missing(3, true, SandboxPolicy::Strict), None);
        assert_eq!(missing(2, true, SandboxPolicy::Strict), Some("landlock-files"));
        assert_eq!(missing(-1, true, SandboxPolicy::Strict), Some("landlock-files"));
        assert_eq!(missing(7, false, SandboxPolicy::Strict), Some("seccomp"));
    }

    #[test]
    fn no_sandbox_claims_no_layer() {
        assert_eq!(missing(-1, false, SandboxPolicy::None), None);
        let layers = survey(SandboxPolicy::None, 7, true, None, 0);
        assert!(layers.iter().all(|layer| !layer.present && layer.hint.contains("--sandbox none")));
    }

    #[test]
    fn optional_layers_are_reported_with_a_hint() {
        let layers = survey(SandboxPolicy::Strict, 3, true, Some(UNPRIVILEGED), 0);
        for name in [layer::LANDLOCK_NETWORK, layer::LANDLOCK_SCOPE, layer::NAMESPACES] {
            let row = layers.iter().find(|row| row.name == name).expect("surveyed");
            assert!(!row.present && !row.required && !row.hint.is_empty(), "{row:?}");
        }
    }

    #[test]
    fn the_filters_compile_and_fit_the_kernel() {
        const KERNEL_LIMIT: usize = 4096;
        for confined in [Confined::Program, Confined::Warm, Confined::WarmChild] {
            let filters = filters(confined).expect("a fixed table");
            assert!(filters.iter().all(|filter| !filter.is_empty() && filter.len() <= KERNEL_LIMIT));
        }
    }
}
