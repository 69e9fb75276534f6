// What handlers answer, and how its head is written. Errors are errors.ts, files are sent by file_reply.ts.

import type uWS from 'uWebSockets.js';
import type { FileHandle } from 'node:fs/promises';

export interface Reply {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array;
}

export interface FileReply {
  /** The whole file, or a part of it. */
  status: 200 | 206;
  headers: Readonly<Record<string, string>>;
  /** Open for reading; closed when all is sent or the client has gone. */
  file: FileHandle;
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

/** Status line and headers; call it corked. */
export function writeHead(res: uWS.HttpResponse, status: number, headers: Readonly<Record<string, string>>): void {
  res.writeStatus(`${status} ${STATUS_TEXT[status] ?? ''}`);
  for (const [name, value] of Object.entries(headers)) res.writeHeader(name, value);
}

const STATUS_TEXT: Record<number, string> = {
  200: 'OK',
  204: 'No Content',
  206: 'Partial Content',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  416: 'Range Not Satisfiable',
  422: 'Unprocessable Content',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};
