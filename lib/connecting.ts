/**
 * How long one of a name's addresses is tried before the next, in milliseconds. Node's own 250 give up a
 * connection whose first packet was lost: that is sent again after a second (RFC 6298 §2).
 */
export const attemptMs = 2_000
