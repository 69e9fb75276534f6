// The recordings as operators ask for them: list and download. Files are written by the workers; how the folder is read is
// recordings_folder.ts, what goes by age archive/retention.ts, and on request archive/call_data.ts.

import { join } from 'node:path';
import { parseRecordingName } from '../call/recording_name.js';
import { type OpenedFile, openFile, SealError, type SealKey } from './archive/sealed_file.js';
import { readRange } from './http/byte_range.js';
import { fieldError, HttpError } from './http/errors.js';
import type { ServerRequest } from './http/exchange.js';
import { type FileReply, json, type Reply } from './http/reply.js';
import type { RecordingRow } from './openapi/answers.js';
import type { Recording, RecordingsFolder } from './recordings_folder.js';

const PAGE_DEFAULT = 100;
const PAGE_MAX = 1000;

export class Recordings {
  readonly #folder: RecordingsFolder;
  readonly #keys: readonly SealKey[];

  /** @param keys those that files may be sealed with */
  constructor(folder: RecordingsFolder, keys: readonly SealKey[] = []) {
    this.#folder = folder;
    this.#keys = keys;
  }

  /** `GET /recordings?limit=&cursor=`: newest first, one row a call. */
  readonly list = async (request: Pick<ServerRequest, 'target'>): Promise<Reply> => {
    const { limit, cursor } = readPaging(request.target);
    const { recordings, next } = await this.#folder.page(limit, cursor);
    const rows = await Promise.all(recordings.map((each) => this.#plainSize(row(each))));
    return json(200, { recordings: rows, count: recordings.length, next_cursor: next });
  };

  /** `GET /recordings/{file}`: the whole file, or the part that a Range header names. */
  readonly download = async (request: ServerRequest): Promise<Reply | FileReply> => {
    const name = parseRecordingName(request.params[0]);
    const file = name === null ? null : await this.#open(request.params[0]);
    if (name === null || file === null) throw new HttpError(404, 'no such recording');
    const { sizeBytes: size, modifiedMs: mtimeMs } = file;
    const etag = `"${size.toString(16)}-${Math.round(mtimeMs).toString(16)}"`;
    const condition = request.header('if-range');
    const range = condition === '' || condition === etag ? readRange(request.header('range'), size) : null;
    if (range === 'unsatisfiable') {
      await file.close();
      throw new HttpError(416, 'the file has no such bytes', { 'content-range': `bytes */${size}` });
    }
    const headers: Record<string, string> = {
      'content-type': name.kind === 'wav' ? 'audio/wav' : 'application/json',
      'content-disposition': `attachment; filename="${name.stem}.${name.kind}"`,
      'accept-ranges': 'bytes',
      etag,
    };
    if (range === null) return { status: 200, headers, file, offsetBytes: 0, sizeBytes: size };
    headers['content-range'] = `bytes ${range.start}-${range.start + range.length - 1}/${size}`;
    return { status: 206, headers, file, offsetBytes: range.start, sizeBytes: range.length };
  };

  /** null = no such file. */
  async #open(name: string): Promise<OpenedFile | null> {
    try {
      return await openFile(join(this.#folder.dir, name), this.#keys);
    } catch (thrown) {
      if (!(thrown instanceof SealError)) throw thrown;
      throw new HttpError(409, `the file is sealed and can't be opened: ${thrown.message}`);
    }
  }

  /** How long the sound is for who downloads it. */
  async #plainSize(row: RecordingRow): Promise<RecordingRow> {
    if (row.file === null || this.#keys.length === 0) return row;
    const file = await openFile(join(this.#folder.dir, row.file), this.#keys).catch(() => null);
    await file?.close();
    return file === null ? row : { ...row, size: file.sizeBytes };
  }
}

/** @throws HttpError 422 */
function readPaging(target: string): { limit: number; cursor: string | null } {
  const query = new URLSearchParams(target.split('?')[1] ?? '');
  const limit = query.get('limit') ?? String(PAGE_DEFAULT);
  if (!/^[1-9]\d{0,3}$/.test(limit) || Number(limit) > PAGE_MAX) {
    throw fieldError('query', 'limit', `must be a whole number from 1 to ${PAGE_MAX}`);
  }
  return { limit: Number(limit), cursor: query.get('cursor') || null };
}

function row({ name, wav, json: record }: Recording): RecordingRow {
  const newestMs = Math.max(wav?.modifiedMs ?? 0, record?.modifiedMs ?? 0);
  return {
    call_sid: name.callSid,
    direction: name.direction,
    started_at: name.startedAt,
    file: wav?.name ?? null,
    size: wav?.sizeBytes ?? null,
    record: record?.name ?? null,
    modified: new Date(newestMs).toISOString(),
  };
}
