// The record types inside a slot's two rings, main thread <-> worker. How a record lies in memory is spsc_ring.ts; what
// else crosses between the threads is worker_setup.ts and worker_messages.ts.

/** Main -> worker, in a slot's ingress ring. */
export const INGRESS = {
  /** The media socket is open. Payload empty. */
  SOCKET_OPEN: 1,
  /** One WebSocket text message from Twilio, untouched bytes. */
  MESSAGE: 2,
  /** A binary WebSocket message came; Twilio never sends one. Payload empty. */
  BINARY: 3,
  /** The media socket is gone. Payload: UTF-8 close code in decimal. */
  SOCKET_CLOSED: 4,
  /** Somebody on our side ends the call. Payload: UTF-8 reason, one of `EndReason`. */
  HANGUP: 5,
  /** What is said is off the record from now on, or on it again. Payload: UTF-8 `on` or `off`. */
  OFF_RECORD: 6,
  /** Twilio has told who answered. Payload: UTF-8, its AnsweredBy. */
  ANSWERED_BY: 7,
  /** An operator does something to the call. Payload: JSON of a `CallAct`. */
  ACT: 8,
} as const;

/** Worker -> main, in a slot's egress ring. */
export const EGRESS = {
  /** Ready-made bytes of one WebSocket text message for Twilio. */
  MESSAGE: 1,
  /** Close the media socket after what was written before. Payload empty. */
  CLOSE: 2,
} as const;
