// Twilio's webhooks as HTTP handlers: what of a request matters to them, and how their answers and refusals look. What they
// mean is twilio/webhooks.ts.

import { nowMs } from '../clock.js';
import { FORM_BYTES_MAX } from '../twilio/webhook_form.js';
import { type TwilioWebhooks, WebhookRefused, type WebhookRequest } from '../twilio/webhooks.js';
import { fieldError, HttpError } from './http/errors.js';
import type { Handler, ServerRequest } from './http/exchange.js';
import { type PublicUrlRules, publicBase } from './http/public_url.js';
import { Refusals } from './http/refusals.js';
import { NO_CONTENT, type Reply, xml } from './http/reply.js';
import type { ServerMetrics } from './server_metrics.js';

export const WEBHOOK_BODY_BYTES_MAX = FORM_BYTES_MAX;

export interface WebhookRoutesOptions {
  webhooks: TwilioWebhooks;
  urls: PublicUrlRules;
  metrics: ServerMetrics;
}

export class WebhookRoutes {
  readonly #options: WebhookRoutesOptions;
  readonly #refusals = new Refusals();

  constructor(options: WebhookRoutesOptions) {
    this.#options = options;
  }

  /** `POST /`: somebody calls us. */
  readonly incoming: Handler = (request) =>
    this.#twiml(request, (webhook) => this.#options.webhooks.voice(webhook, 'inbound'));

  /** `POST /outbound-twiml`: somebody we called has answered. */
  readonly outboundAnswered: Handler = (request) =>
    this.#twiml(request, (webhook) => this.#options.webhooks.voice(webhook, 'outbound'));

  /** `POST /twilio/connect-action` */
  readonly connectAction: Handler = (request) =>
    this.#twiml(request, (webhook) => this.#options.webhooks.connectAction(webhook));

  /** `POST /twilio/overflow-action` */
  readonly overflowAction: Handler = (request) =>
    this.#twiml(request, (webhook) => this.#options.webhooks.overflowAction(webhook));

  /** `POST /twilio/status` */
  readonly status: Handler = (request) => this.#noted(request, (webhook) => this.#options.webhooks.status(webhook));

  /** `POST /twilio/stream-status` */
  readonly streamStatus: Handler = (request) =>
    this.#noted(request, (webhook) => this.#options.webhooks.streamStatus(webhook));

  /** `POST /twilio/amd` */
  readonly machineDetection: Handler = (request) =>
    this.#noted(request, (webhook) => this.#options.webhooks.machineDetection(webhook));

  /** A method that carries no form: somebody has set up the number like that, and would find nothing in the log. */
  readonly wrongMethod: Handler = (request) => {
    const before = this.#refusals.note(request.client, nowMs());
    if (before !== null) {
      const { method, path } = request;
      request.log.warn(
        { method, path, before },
        'webhook refused: set the method of this URL to HTTP POST in the Twilio console',
      );
    }
    throw new HttpError(405, 'Twilio webhooks are HTTP POST here', { allow: 'POST' });
  };

  async #twiml(request: ServerRequest, answer: (webhook: WebhookRequest) => Promise<string>): Promise<Reply> {
    return xml(await this.#checked(request, answer));
  }

  async #noted(request: ServerRequest, take: (webhook: WebhookRequest) => Promise<void>): Promise<Reply> {
    await this.#checked(request, take);
    return NO_CONTENT;
  }

  async #checked<T>(request: ServerRequest, take: (webhook: WebhookRequest) => Promise<T>): Promise<T> {
    const { header, peer, target, body } = request;
    const base = publicBase(this.#options.urls, peer, header);
    const isSuspect = this.#refusals.isOver(request.client, nowMs());
    try {
      return await take({ base, target, signature: header('x-twilio-signature'), body, isSuspect });
    } catch (thrown) {
      if (!(thrown instanceof WebhookRefused)) throw thrown;
      throw this.#refusal(thrown, request, base);
    }
  }

  #refusal({ problem }: WebhookRefused, request: ServerRequest, base: string): HttpError {
    if (problem === 'call_sid') return fieldError('body', 'CallSid', 'must be CA and 32 hexadecimal digits');
    if (problem === 'fields') return new HttpError(413, 'the form has too many fields');
    if (problem === 'suspect') return new HttpError(429, 'too many refused requests', { 'retry-after': '10' });
    this.#options.metrics.signatureRefused('webhook');
    const { client } = request;
    const before = this.#refusals.note(client, nowMs());
    if (before !== null) {
      // The URL is the usual culprit: a proxy that isn't trusted, or a PUBLIC_URL that isn't Twilio's. Without its query,
      // in which there may be numbers of people.
      const { path, target, peer } = request;
      request.log.warn(
        { url: base + path, hasQuery: target !== path, peer, client, before },
        'webhook refused: signature',
      );
    }
    return new HttpError(403, 'the Twilio signature is missing or wrong');
  }
}
