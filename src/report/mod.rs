//! Report → bytes. Every renderer sees the model only.
