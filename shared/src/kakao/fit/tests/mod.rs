//! Tests of the fitting.
