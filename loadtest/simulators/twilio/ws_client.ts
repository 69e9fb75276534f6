// A raw WebSocket client (RFC 6455) as Twilio's media gateway is one: no extensions, no subprotocol, no Origin. It owns
// the TCP socket, the handshake, pings and the closing; what the messages mean is media_client.ts.

import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { clientFrame, type FrameSink, OPCODE, ServerFrameReader } from './ws_frames.js';

const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const HANDSHAKE_BYTES_MAX = 16 * 1024;
// One read buffer for every connection of this process: libuv fills it and hands it over before it reads another
// socket, so nothing is allocated for a read.
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/** Why a handshake failed, with Twilio's own error codes. */
export class HandshakeError extends Error {
  override name = 'HandshakeError';
  constructor(
    /** 31901 no answer, 31920 not 101, 31921 closed before an answer, 31924 protocol. */
    readonly code: 31901 | 31920 | 31921 | 31924,
    message: string,
    readonly status: number | null = null,
  ) {
    super(message);
  }
}

export interface WsClientOptions {
  /** Where TCP goes. `tls` for a server that speaks TLS itself. */
  host: string;
  port: number;
  tls?: boolean;
  /** Path of the request line, and header lines in order (Host included; the upgrade ones are added). */
  path: string;
  headers: readonly (readonly [string, string])[];
  handshakeTimeoutMs?: number;
  /** TCP connects, then this long nothing is sent. */
  handshakeDelayMs?: number;
  /** XORed over every payload. All zero is legal on the wire and costs nothing; default: random for each connection. */
  maskKey?: Uint8Array;
  messageBytesMax?: number;
}

/** All callbacks come from the socket's events; none after `onClosed`. */
export interface WsClientHandler {
  onOpen(): void;
  onMessage(bytes: Uint8Array, start: number, end: number, binary: boolean): void;
  /** The handshake failed; `onClosed` is not called then. */
  onRefused(error: HandshakeError): void;
  /** `code`: the server's close code; 1006 = the connection went without a close frame. `byUs`: we began it. */
  onClosed(code: number, reason: string, byUs: boolean): void;
  onProtocolError(problem: string): void;
}

type State = 'connecting' | 'open' | 'closing' | 'closed';

export class WsClient implements FrameSink {
  readonly maskKey: Uint8Array;
  readonly #options: WsClientOptions;
  readonly #handler: WsClientHandler;
  readonly #reader: ServerFrameReader;
  readonly #key = randomBytes(16).toString('base64');
  readonly #socket: Socket;
  #state: State = 'connecting';
  #response = Buffer.alloc(0);
  #timer: NodeJS.Timeout | undefined;
  #closeCode = 1006;
  #closeReason = '';
  #closedByUs = false;

  constructor(options: WsClientOptions, handler: WsClientHandler) {
    this.#options = options;
    this.#handler = handler;
    this.maskKey = options.maskKey ?? randomBytes(4);
    this.#reader = new ServerFrameReader(this, options.messageBytesMax);
    this.#socket = this.#connect();
    this.#socket.setNoDelay(true);
    this.#socket.on('error', (error) => this.#refuse(31901, error.message));
    this.#socket.on('close', () => this.#onSocketClosed());
    // The server half-closed. With allowHalfOpen off Node answers with our own FIN; 'close' follows.
    this.#timer = setTimeout(
      () => this.#refuse(31901, 'no answer to the handshake in time'),
      options.handshakeTimeoutMs ?? 10_000,
    );
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Bytes handed over but not yet taken by the kernel: the server reads too slowly when this grows. */
  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  /**
   * Sends a ready-made frame (header, mask and all). Returns true when the kernel took it and `frame` may be reused;
   * false = the memory still belongs to the socket.
   */
  sendFrame(frame: Uint8Array): boolean {
    if (this.#state !== 'open') return true;
    this.#socket.write(frame);
    return this.#socket.writableLength === 0;
  }

  sendText(text: string): void {
    this.sendFrame(clientFrame(OPCODE.TEXT, Buffer.from(text), this.maskKey));
  }

  sendBinary(bytes: Uint8Array): void {
    this.sendFrame(clientFrame(OPCODE.BINARY, bytes, this.maskKey));
  }

  /** Begins the closing handshake; the connection is torn down when the server doesn't answer within two seconds. */
  close(code = 1000): void {
    if (this.#state === 'connecting') this.cut();
    if (this.#state !== 'open') return;
    this.#closedByUs = true;
    this.#sendClose(code);
    this.#socket.resume(); // or the server's answer would never be seen
    this.#timer = setTimeout(() => this.#socket.destroy(), 2000);
  }

  /** The line goes dead: TCP reset, no close frame. */
  cut(): void {
    if (this.#state === 'closed') return;
    this.#closedByUs = true;
    this.#reader.stop();
    if (this.#options.tls) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  /** A reader that doesn't read: the server's sends back up. */
  pauseReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  onMessage(bytes: Uint8Array, start: number, end: number, binary: boolean): void {
    this.#handler.onMessage(bytes, start, end, binary);
  }

  onPing(payload: Uint8Array): void {
    this.sendFrame(clientFrame(OPCODE.PONG, payload, this.maskKey));
  }

  onCloseFrame(code: number, reason: string): void {
    this.#closeCode = code;
    this.#closeReason = reason;
    if (this.#state === 'open') this.#sendClose(code === 1005 ? 1000 : code);
    this.#socket.end();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#socket.destroy(), 2000);
  }

  onProtocolError(problem: string, closeCode: number): void {
    this.#handler.onProtocolError(problem);
    if (this.#state === 'open') this.#sendClose(closeCode);
    this.#closedByUs = true;
    this.#socket.end();
  }

  #connect(): Socket {
    const { host, port, tls } = this.#options;
    if (tls) {
      // Twilio refuses self-signed certificates; a loopback test server has nothing else.
      const socket = connectTls({ host, port, servername: 'localhost', rejectUnauthorized: false });
      socket.once('secureConnect', () => this.#sendHandshake());
      socket.on('data', (chunk) => this.#onBytes(chunk, 0, chunk.length));
      return socket;
    }
    const onread = {
      buffer: READ_BUFFER,
      callback: (count: number) => {
        this.#onBytes(READ_BUFFER, 0, count);
        return true;
      },
    };
    const socket = connect({ host, port, onread });
    socket.once('connect', () => this.#sendHandshake());
    return socket;
  }

  #sendHandshake(): void {
    const { path, headers, handshakeDelayMs } = this.#options;
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const request =
      `GET ${path} HTTP/1.1\r\n${lines}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Key: ${this.#key}\r\nSec-WebSocket-Version: 13\r\n\r\n`;
    if (!handshakeDelayMs) this.#socket.write(request);
    else setTimeout(() => !this.#socket.destroyed && this.#socket.write(request), handshakeDelayMs).unref();
  }

  #onBytes(chunk: Uint8Array, start: number, end: number): void {
    if (this.#state !== 'connecting') {
      this.#reader.read(chunk, start, end);
      return;
    }
    this.#response = Buffer.concat([this.#response, chunk.subarray(start, end)]);
    const headEnd = this.#response.indexOf('\r\n\r\n');
    if (headEnd < 0) {
      if (this.#response.length > HANDSHAKE_BYTES_MAX) this.#refuse(31924, 'handshake answer too long');
      return;
    }
    const problem = this.#checkResponse(this.#response.toString('latin1', 0, headEnd));
    if (problem) {
      this.#refuse(problem.code, problem.message, problem.status);
      return;
    }
    clearTimeout(this.#timer);
    this.#state = 'open';
    const rest = this.#response.subarray(headEnd + 4);
    this.#response = Buffer.alloc(0);
    this.#handler.onOpen();
    if (rest.length > 0) this.#reader.read(rest, 0, rest.length);
  }

  #checkResponse(head: string): HandshakeError | null {
    const [statusLine, ...lines] = head.split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
    if (!status) return new HandshakeError(31924, 'answer is not HTTP');
    if (status !== 101) return new HandshakeError(31920, `handshake answered with ${status}`, status);
    const headers = new Map(
      lines.map((line) => [line.split(':')[0].trim().toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const accept = createHash('sha1')
      .update(this.#key + ACCEPT_GUID)
      .digest('base64');
    if (headers.get('sec-websocket-accept') !== accept) return new HandshakeError(31924, 'wrong Sec-WebSocket-Accept');
    // Twilio offers neither, so a server may choose neither (RFC 6455 section 4.1).
    if (headers.has('sec-websocket-extensions')) return new HandshakeError(31924, 'server chose an extension');
    if (headers.has('sec-websocket-protocol')) return new HandshakeError(31924, 'server chose a subprotocol');
    return null;
  }

  #refuse(code: HandshakeError['code'], message: string, status: number | null = null): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'closed';
    clearTimeout(this.#timer);
    this.#socket.destroy();
    this.#handler.onRefused(new HandshakeError(code, message, status));
  }

  #sendClose(code: number): void {
    const payload = new Uint8Array([code >> 8, code & 0xff]);
    this.sendFrame(clientFrame(OPCODE.CLOSE, payload, this.maskKey));
    this.#state = 'closing';
  }

  #onSocketClosed(): void {
    clearTimeout(this.#timer);
    if (this.#state === 'connecting') {
      this.#refuse(31921, 'connection closed before the handshake was answered');
      return;
    }
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#reader.stop();
    this.#handler.onClosed(this.#closeCode, this.#closeReason, this.#closedByUs);
  }
}
