//! Names that nothing else has.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// `2 * bytes` hex digits.
pub(crate) fn hex<const BYTES: usize>() -> String {
    random::<BYTES>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A request id as the gateway makes them: `JKJaXmPLvHcESHA=`.
pub(crate) fn request_id() -> String {
    STANDARD.encode(random::<11>()).replace(['+', '/'], "A")
}

fn random<const BYTES: usize>() -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    // Nothing on a laptop depends on these being hard to guess; without randomness they are merely the same every time.
    let _ = getrandom::getrandom(&mut bytes);
    bytes
}
