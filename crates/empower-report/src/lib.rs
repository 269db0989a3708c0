//! Metrics, statistics, tables, plots and pages.
//!
//! Owns what is computed from judged episodes (PAPER section 7) and how it is shown. Pure but for [`write_site`] and
//! [`write_matrix`], which write pages, tables and the data of the pictures. It runs no model and no program: the discounted
//! pass rate under other weights is computed anew from the same rows. It never prints a number that is not defined: such
//! a cell is `null` in JSON, empty in CSV and "n/a" elsewhere, and never NaN.

pub mod calibration;
mod charts;
pub mod conditions;
mod downloads;
pub mod effort;
mod episodes;
mod error;
mod escape;
mod headline;
mod html;
pub mod matrix;
mod matrix_page;
pub mod metrics;
pub mod paired;
pub mod paper;
mod pass_at_k;
mod plots;
mod report;
pub mod runs;
pub mod savings;
mod sections;
pub mod sensitivity;
pub mod spread;
pub mod statistics;
mod table;
mod viewer;

pub use error::ReportError;
pub use escape::html as escape_html;
pub use matrix::{Cell, Matrix, MatrixOptions, StageLine, write_matrix};
pub use metrics::{
    DprWeights, MethodGroup, MethodKey, MethodMetrics, Metric, ProblemCluster, fault_name, partition, summarise,
};
pub use paired::{Comparison, compare};
pub use pass_at_k::{PassAtK, estimate_pass_at_k, pass_at_k};
pub use report::{Details, Report, ReportOptions, build_report, write_report, write_site};
pub use runs::Run;
pub use statistics::Estimate;
pub use table::{TableRow, terminal_table, to_csv, to_markdown};
