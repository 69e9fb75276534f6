// A bucket of S3, or of what speaks like it, by the official client, which is loaded only when there is one. The files of one
// call lie together, at PREFIX/CALL_SID/NAME, as they are on the disk: sealed, where there is a key.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { EngineConfig } from '../../config.js';
import type { Bucket } from './keeper.js';

/** For one request to be answered; a recording of an hour has 115 MB. */
const CONNECT_MS_MAX = 5_000;
const SILENCE_MS_MAX = 60_000;
/** The queue in front tries again by itself, from the disk. */
const ATTEMPTS = 2;

const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** Loading the client costs this thread some hundred milliseconds: before there are calls. */
export async function openBucket(settings: EngineConfig['s3']): Promise<Bucket | null> {
  const { bucket: Bucket, region, endpoint, accessKeyId, secretAccessKey, prefix } = settings;
  if (Bucket === null) return null;
  const { S3Client, PutObjectCommand, ListObjectsV2Command, DeleteObjectsCommand } = await import('@aws-sdk/client-s3');
  const client = new S3Client({
    region,
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    // Else as the client finds them: environment, shared files, the role of the machine.
    ...(accessKeyId === null ? {} : { credentials: { accessKeyId, secretAccessKey } }),
    maxAttempts: ATTEMPTS,
    // The length and TLS guard what is sent; a checksum in JavaScript would cost the calls' thread.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Of its own it writes to the console; what fails is said by who asked.
    logger: SILENT,
    requestHandler: { connectionTimeout: CONNECT_MS_MAX, requestTimeout: SILENCE_MS_MAX },
  });
  const folderOf = (callSid: string) => `${prefix}${callSid}/`;
  return {
    async put(callSid, name, path, signal) {
      const { size } = await stat(path);
      const Body = createReadStream(path, { highWaterMark: 256 * 1024, end: Math.max(0, size - 1) });
      const ContentType = name.endsWith('.wav') ? 'audio/wav' : 'application/json';
      const Key = folderOf(callSid) + name;
      try {
        const put = new PutObjectCommand({ Bucket, Key, Body, ContentLength: size, ContentType });
        await client.send(put, { abortSignal: signal });
      } finally {
        Body.destroy();
      }
    },
    async deleteCall(callSid) {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: folderOf(callSid) }));
      const Objects = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
      if (Objects.length === 0) return [];
      const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
      if (Errors.length > 0) throw new Error(`the bucket keeps ${Errors.length} files: ${Errors[0].Code}`);
      return Objects.map(({ Key }) => Key.slice(Key.lastIndexOf('/') + 1));
    },
    close: () => client.destroy(),
  };
}
