//! Score, deciders, gates, verdict, next actions and the critical path: exact and explainable.
