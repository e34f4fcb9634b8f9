# Wraps the commands of the README; each works without `just` as well. Install it with `cargo install just`.

# Arguments are handed on as they were given, whatever is in them.
set positional-arguments

# List what can be done here.
default:
    @just --list

# Start the reference server: ws://127.0.0.1:3000/ with the demo accounts.
serve *FLAGS:
    cargo serve "$@"

# Run the suite against a server; without a URL against the reference server.
conformance *ARGUMENTS:
    cargo conformance "$@"

# Test the suite itself: every seeded fault must be caught, and no correct server accused.
self-test *ARGUMENTS:
    cargo self-test "$@"

# Publish the contract into a folder: JSON Schema, AsyncAPI, TypeScript, prose.
schemas DIR:
    cargo schemas "$1"

# Run all tests.
test:
    cargo test --workspace

# What lands or refuses a change.
ci:
    bash .ci/run
