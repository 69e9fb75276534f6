// What handlers answer. Errors are errors.ts, files are sent by file_reply.ts.

export interface Reply {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array;
  /** For the audit log: what was acted on, when the path does not name it. */
  target?: string;
}

/** Something that is read like a file. */
export interface ReadableFile {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  close(): Promise<void>;
}

export interface FileReply {
  /** The whole file, or a part of it. */
  status: 200 | 206;
  headers: Readonly<Record<string, string>>;
  /** Open for reading; closed when all is sent or the client has gone. */
  file: ReadableFile;
  /** Where in the file the answer begins. */
  offsetBytes: number;
  /** What is sent, even if the file grows meanwhile (a call that is being recorded). */
  sizeBytes: number;
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export function xml(body: string): Reply {
  return { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body };
}

export const NO_CONTENT: Reply = { status: 204, headers: {}, body: '' };
