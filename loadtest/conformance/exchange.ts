// What passed between the server and one vendor, as the recording proxy saw it: one exchange is one message, in one
// direction. The proxy is tap.ts, what it is held against is judge.ts.

export const VENDORS = ['twilio', 'deepgram', 'openai', 'cartesia'] as const;
export type Vendor = (typeof VENDORS)[number];

/** `sent` by our server, `received` by it. */
export type Direction = 'sent' | 'received';

interface Common {
  vendor: Vendor;
  direction: Direction;
}

export interface HttpMessage extends Common {
  kind: 'request' | 'answer' | 'upgrade' | 'upgrade_answer';
  method: string;
  /** Path and query. */
  url: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
  /** Of an answer. */
  status: number;
  /** False: somebody left before the body's end. */
  complete: boolean;
}

export interface SocketMessage extends Common {
  kind: 'text' | 'binary';
  /** Path of the socket. */
  url: string;
  /** Empty for binary. */
  text: string;
  bytes: number;
}

export type Exchange = HttpMessage | SocketMessage;
export type Recorder = (exchange: Exchange) => void;
