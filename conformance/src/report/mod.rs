//! Reports: each consumes the stream of run events and writes one format.
