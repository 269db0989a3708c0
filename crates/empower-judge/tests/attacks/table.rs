//! The attacks: which program, in which forms, and how it may end. A program that is not here is not run, and a test
//! sees to it that none is forgotten.

use empower_judge::Verdict::{self, MemoryLimit, OutputLimit, RuntimeError, TimeLimit, WrongAnswer};

/// How an attack is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The program reads standard input and prints.
    Script,
    /// The program defines a function that is called.
    Function,
}

/// An ending that is allowed: the verdict, and what its detail says, so that an attack that never got to its point is
/// not taken for one that failed.
pub type End = (Verdict, &'static str);

/// One attack.
pub struct Attack {
    /// The program's file, without its extension.
    pub name: &'static str,
    /// The program: a comment that says what it tries, and `attack(arena)`.
    pub program: &'static str,
    /// The forms that make sense.
    pub forms: &'static [Form],
    /// Whether it ends at the limit of time, which is shorter then.
    pub hasty: bool,
    /// How it may end.
    pub ends: &'static [End],
}

impl Attack {
    /// What it tries: the program's first comment.
    pub fn tries(&self) -> String {
        let comment = self.program.lines().map_while(|line| line.strip_prefix("# "));
        comment.collect::<Vec<_>>().join(" ")
    }
}

const BOTH: &[Form] = &[Form::Script, Form::Function];
const SCRIPT: &[Form] = &[Form::Script];
const FUNCTION: &[Form] = &[Form::Function];

/// Everything it tried was refused by the kernel, and it went on to say so.
const REFUSED: &[End] = &[(WrongAnswer, "all refused")];
/// Killed by the kernel, by a signal of its own making.
const CRASHED: &[End] = &[(RuntimeError, "killed by signal")];
const OUT_OF_TIME: &[End] = &[(TimeLimit, "still running"), (TimeLimit, "processor time")];
const OUT_OF_MEMORY: &[End] = &[(MemoryLimit, "MemoryError")];
const OVER_OUTPUT: &[End] = &[(OutputLimit, "bytes of")];
const OVER_DISK: &[End] = &[(OutputLimit, "files written")];
/// The function's process ended without an answer.
const NO_ANSWER: End = (RuntimeError, "ended before the function returned");
/// An answer was compared, and was not right.
const COMPARED: End = (WrongAnswer, "expected");

macro_rules! attacks {
    ($($name:ident $forms:ident $pace:ident $ends:expr;)*) => {
        /// Every attack.
        pub const ATTACKS: &[Attack] = &[$(Attack {
            name: stringify!($name),
            program: include_str!(concat!("programs/", stringify!($name), ".py")),
            forms: $forms,
            hasty: stringify!($pace).len() == "hasty".len(),
            ends: $ends,
        }),*];
    };
}

attacks! {
    // Processes and threads.
    fork                    BOTH     slow  REFUSED;
    fork_bomb               BOTH     slow  &[(RuntimeError, "Operation not permitted")];
    fork_by_number          BOTH     slow  REFUSED;
    fork_int80              SCRIPT   slow  CRASHED;
    thread_bomb             BOTH     slow  &[(RuntimeError, "can't start new thread"), (MemoryLimit, "MemoryError")];
    thread_burn             SCRIPT   hasty OUT_OF_TIME;
    outlive                 SCRIPT   hasty OUT_OF_TIME;
    exec_python             BOTH     slow  &[(RuntimeError, "Permission"), NO_ANSWER];
    exec_other              BOTH     slow  &[(WrongAnswer, "all refused under the loader"), NO_ANSWER];
    memfd                   BOTH     slow  REFUSED;
    // Signals, its own included.
    signals                 BOTH     slow  REFUSED;
    signals_by_files        BOTH     slow  REFUSED;
    kill_itself_by_timer    BOTH     slow  REFUSED;
    kill_itself_by_limit    BOTH     slow  REFUSED;
    kill_itself_by_exec     SCRIPT   slow  &[(RuntimeError, "")];
    crash                   BOTH     slow  CRASHED;
    abort                   BOTH     slow  CRASHED;
    // The judge.
    harness_memory          BOTH     slow  REFUSED;
    harness_limits          BOTH     slow  REFUSED;
    own_priority            BOTH     slow  REFUSED;
    capabilities            BOTH     slow  REFUSED;
    control_messages        BOTH     slow  REFUSED;
    siblings                BOTH     slow  REFUSED;
    driver_again            BOTH     slow  REFUSED;
    stop_itself             BOTH     slow  REFUSED;
    process_numbers         SCRIPT   slow  &[(WrongAnswer, "ten thousand threads"), (RuntimeError, "can't start new thread")];
    descriptors_inherited   BOTH     slow  REFUSED;
    descriptors_exhausted   BOTH     slow  REFUSED;
    // Files.
    read_outside            BOTH     slow  REFUSED;
    read_neighbours         BOTH     slow  REFUSED;
    write_outside           BOTH     slow  REFUSED;
    change_modes            BOTH     slow  REFUSED;
    links                   BOTH     slow  REFUSED;
    many_links              SCRIPT   slow  OVER_DISK;
    disk_small_files        SCRIPT   slow  OVER_DISK;
    disk_empty_files        SCRIPT   slow  OVER_DISK;
    disk_large_file         SCRIPT   slow  &[(RuntimeError, "File too large")];
    disk_sparse             SCRIPT   slow  OVER_DISK;
    disk_unlinked_open      SCRIPT   slow  OVER_DISK;
    disk_unlinked_mapped    SCRIPT   slow  OVER_DISK;
    disk_nameless           SCRIPT   slow  &[(OutputLimit, "files written"), (RuntimeError, "not supported")];
    disk_in_flight          BOTH     slow  REFUSED;
    disk_judges_names       SCRIPT   slow  OVER_DISK;
    locks                   SCRIPT   slow  &[(WrongAnswer, "locks taken")];
    watch_files             BOTH     slow  REFUSED;
    sync_storm              BOTH     slow  REFUSED;
    // Other ways out.
    network                 BOTH     slow  REFUSED;
    datagrams               BOTH     slow  REFUSED;
    ipc                     BOTH     slow  REFUSED;
    io_uring                BOTH     slow  REFUSED;
    kernel_interfaces       BOTH     slow  REFUSED;
    namespaces              BOTH     slow  REFUSED;
    clock                   BOTH     slow  REFUSED;
    machine                 BOTH     slow  REFUSED;
    // Memory, depth, size.
    memory                  BOTH     slow  OUT_OF_MEMORY;
    memory_slow             SCRIPT   slow  OUT_OF_MEMORY;
    memory_limit_raised     BOTH     slow  REFUSED;
    memory_inflated         SCRIPT   slow  OUT_OF_MEMORY;
    recursion               BOTH     slow  &[(RuntimeError, ""), (MemoryLimit, "MemoryError")];
    recursion_in_c          SCRIPT   slow  &[(RuntimeError, ""), (MemoryLimit, "MemoryError")];
    recursion_of_source     BOTH     slow  &[(RuntimeError, ""), (MemoryLimit, ""), (OutputLimit, "standard error")];
    recursion_of_value      BOTH     slow  &[COMPARED, (RuntimeError, "")];
    forged_nesting          FUNCTION slow  &[(WrongAnswer, "at most 512 levels")];
    gigantic_integer        SCRIPT   hasty &[(TimeLimit, ""), (MemoryLimit, "MemoryError")];
    gigantic_shift          BOTH     slow  OUT_OF_MEMORY;
    gigantic_digits         BOTH     slow  &[COMPARED];
    numbers_of_every_form   BOTH     slow  &[COMPARED];
    // Output and streams.
    output_endless          BOTH     slow  OVER_OUTPUT;
    errors_endless          BOTH     slow  OVER_OUTPUT;
    output_without_newline  BOTH     slow  OVER_OUTPUT;
    output_of_spaces        SCRIPT   slow  OVER_OUTPUT;
    output_of_bytes         BOTH     slow  &[(RuntimeError, "SystemError")];
    streams_closed          BOTH     slow  &[COMPARED, NO_ANSWER];
    streams_closed_and_busy SCRIPT   hasty OUT_OF_TIME;
    streams_swapped         BOTH     slow  &[COMPARED, NO_ANSWER];
    // Time.
    endless_loop            SCRIPT   hasty OUT_OF_TIME;
    endless_sleep           FUNCTION hasty OUT_OF_TIME;
    endless_match           SCRIPT   hasty OUT_OF_TIME;
    endless_exit            BOTH     hasty &[COMPARED, (TimeLimit, "still running")];
    // A right answer that was not earned, or not given as answers are.
    answer_then_crash       BOTH     slow  &[(RuntimeError, "after the answer")];
    answer_at_exit          BOTH     slow  &[(RuntimeError, "before the answer")];
    answer_by_signal        SCRIPT   hasty OUT_OF_TIME;
    answer_then_hang        SCRIPT   hasty OUT_OF_TIME;
    answer_then_memory      BOTH     slow  OUT_OF_MEMORY;
    answer_printed          FUNCTION slow  &[COMPARED];
    answer_and_exit         FUNCTION slow  &[NO_ANSWER];
    answer_by_os_exit       FUNCTION slow  &[NO_ANSWER];
    forged_guesses          FUNCTION slow  &[COMPARED];
    forged_frame_cut        FUNCTION slow  &[NO_ANSWER];
    // The comparison.
    tamper_driver           BOTH     slow  &[COMPARED, (RuntimeError, "")];
    tamper_builtins         BOTH     slow  &[COMPARED, (RuntimeError, "")];
    tamper_modules          BOTH     slow  &[COMPARED, (RuntimeError, "")];
    tamper_json             BOTH     slow  &[COMPARED];
    tamper_equality         BOTH     slow  &[COMPARED, NO_ANSWER];
    tamper_type             BOTH     slow  &[COMPARED, NO_ANSWER];
    tamper_exit             BOTH     slow  &[COMPARED, (RuntimeError, "")];
    search                  BOTH     slow  &[(WrongAnswer, "searched and found nothing")];
    poison                  BOTH     slow  &[COMPARED, (RuntimeError, "")];
    // The reader of the verdict.
    detail                  BOTH     slow  &[(RuntimeError, "SystemError")];
    detail_of_type          BOTH     slow  &[COMPARED];
}
