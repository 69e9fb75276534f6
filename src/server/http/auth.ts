// Who may use the company's and the operators' endpoints. Until API keys are set there are none to check, and only
// requests that began on this machine are answered. Twilio's endpoints go by signature instead (twilio/webhooks.ts).

import type { BlockList } from 'node:net';
import { HttpError } from './errors.js';
import type { ServerRequest } from './exchange.js';
import { isForwarded, isIn, isLocalRequest } from './peers.js';

/**
 * Lets the request pass or throws.
 * The place for API keys: with any set, `Authorization: Bearer` decides and the peer's address does not matter.
 * @throws HttpError 403
 */
export function authorise(request: ServerRequest, corsOrigins: readonly string[]): void {
  if (!isLocalRequest(request.peer, request.header)) {
    throw new HttpError(
      403,
      'without API keys this endpoint answers only requests of this machine to localhost, not forwarded ones',
    );
  }
  // A web page open on this machine could otherwise dial in its visitor's name.
  const origin = request.header('origin');
  if (origin !== '' && !corsOrigins.includes(origin) && !corsOrigins.includes('*')) {
    throw new HttpError(403, 'requests of web pages are refused; see CORS_ORIGINS');
  }
}

/**
 * May the request see the process from inside: /metrics, and the details of /health? Requests of this machine may, and
 * addresses that METRICS_ALLOW names, such as a Prometheus server's. A proxy among them does not open it to its clients.
 */
export function mayLookInside(request: Pick<ServerRequest, 'peer' | 'header'>, allowed: BlockList): boolean {
  const { peer, header } = request;
  return isLocalRequest(peer, header) || (isIn(allowed, peer) && !isForwarded(header));
}
