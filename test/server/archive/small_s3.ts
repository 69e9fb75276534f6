// A server that speaks as much S3 as is used: puts, lists and deletes of one bucket in memory, and only for who signs as AWS
// Signature Version 4 says (from its documentation, to check the client's settings against).

import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

const REGION = 'eu-test-1';
const [ACCESS, SECRET] = ['AKTEST', 'a-secret'];

export class SmallS3 {
  readonly objects = new Map<string, Buffer>();
  readonly seen: string[] = [];
  /** What comes instead of an answer: a status, or the connection breaks. */
  trouble: number | 'reset' | null = null;
  readonly #server = http.createServer((req, res) => void this.#serve(req, res));

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }
  get settings() {
    const { port } = this.#server.address() as AddressInfo;
    return {
      ...{ bucket: 'calls', region: REGION, endpoint: `http://127.0.0.1:${port}`, prefix: 'r/' },
      ...{ accessKeyId: ACCESS, secretAccessKey: SECRET },
    };
  }
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(req: http.IncomingMessage, res: http.ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of req) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const url = new URL(req.url ?? '/', 'http://s3');
    this.seen.push(`${req.method} ${url.pathname}`);
    if (this.trouble === 'reset') return void req.socket.destroy();
    if (this.trouble !== null) return void res.writeHead(this.trouble).end();
    if (!isSigned(req, url)) return void res.writeHead(403).end('<Error><Code>SignatureDoesNotMatch</Code></Error>');
    const key = decodeURIComponent(url.pathname.replace(/^\/calls\/?/, ''));
    res.setHeader('content-type', 'application/xml');
    if (req.method === 'PUT') this.objects.set(key, body);
    else if (req.method === 'GET') {
      const prefix = url.searchParams.get('prefix') ?? '';
      const found = [...this.objects.keys()].filter((each) => each.startsWith(prefix));
      const rows = found.map((each) => `<Contents><Key>${each}</Key></Contents>`).join('');
      return void res.end(`<ListBucketResult><Name>calls</Name>${rows}</ListBucketResult>`);
    } else {
      for (const [, each] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) this.objects.delete(each);
      return void res.end('<DeleteResult/>');
    }
    res.end();
  }
}

function isSigned(req: http.IncomingMessage, url: URL): boolean {
  const match =
    /^AWS4-HMAC-SHA256 Credential=(\S+?)\/(\d{8})\/(\S+?)\/s3\/aws4_request, SignedHeaders=(\S+), Signature=(\w{64})$/.exec(
      req.headers.authorization ?? '',
    );
  if (match === null || match[1] !== ACCESS || match[3] !== REGION) return false;
  const [, , day, , names, signature] = match;
  const headers = names.split(';').map((name) => `${name}:${String(req.headers[name]).trim()}\n`);
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const canonical = [
    req.method,
    url.pathname,
    query,
    headers.join(''),
    names,
    req.headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${day}/${REGION}/s3/aws4_request`;
  const hash = createHash('sha256').update(canonical).digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', req.headers['x-amz-date'], scope, hash].join('\n');
  const key = [day, REGION, 's3', 'aws4_request'].reduce<string | Buffer>(
    (from, part) => createHmac('sha256', from).update(part).digest(),
    `AWS4${SECRET}`,
  );
  return createHmac('sha256', key).update(toSign).digest('hex') === signature;
}
