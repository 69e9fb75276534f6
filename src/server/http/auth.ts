// Who asks, and may they? With API_KEYS set, `Authorization: Bearer` decides and the address does not matter; without,
// only requests that began on this machine are answered. Twilio's endpoints go by signature instead (twilio/webhooks.ts).

import type { BlockList } from 'node:net';
import { ROLES, type Role } from '../../api_keys.js';
import { type Access, ANYBODY, isOpen, type Who } from './access.js';
import { HttpError } from './errors.js';
import type { RequestHead } from './exchange.js';
import type { KeyRing } from './key_ring.js';
import { isForwarded, isIn, isLocalRequest } from './peers.js';

export interface GuardOptions {
  keys: KeyRing;
  /** Addresses that see the process from inside without a key, such as a Prometheus server's. */
  metricsAllow: BlockList;
  /** Web pages that may ask without a key: those named in full. `*` means pages that bring one. */
  corsOrigins: readonly string[];
}

const LOCAL: Who = { name: 'local', role: 'admin', isInside: true };
/** RFC 6750 section 3: what a 401 has to say. */
const CHALLENGE = 'Bearer realm="ringline"';
const BEARER = /^bearer +([^\s,]+)$/i;

export class Guard {
  readonly #options: GuardOptions;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /**
   * Lets the request pass or throws.
   * @param who from `identify`
   * @throws HttpError 401 without a good key, 403 when the key's role is not enough or, without keys, for a stranger
   */
  check(access: Access, request: RequestHead, who: Who): void {
    if (isOpen(access)) return;
    if (access === 'inside' ? who.isInside : mayAs(who.role, access)) return;
    if (who.role !== null) {
      const error = `${CHALLENGE}, error="insufficient_scope"`;
      throw new HttpError(403, `this needs a key of role ${access}`, { 'www-authenticate': error });
    }
    if (this.#options.keys.isEmpty) throw this.#refuseStranger(access, request);
    const isWrong = request.header('authorization') !== '';
    throw new HttpError(401, isWrong ? 'the API key is not known' : 'an API key is needed: Authorization: Bearer KEY', {
      'www-authenticate': isWrong ? `${CHALLENGE}, error="invalid_token"` : CHALLENGE,
    });
  }

  /** Who asks. */
  identify({ peer, header }: RequestHead): Who {
    const { keys, metricsAllow } = this.#options;
    if (keys.isEmpty) {
      if (isLocalRequest(peer, header) && !this.#isForeignPage(header)) return LOCAL;
    } else {
      const presented = BEARER.exec(header('authorization'))?.[1];
      const key = presented === undefined ? null : keys.find(presented);
      if (key !== null) return { name: key.name, role: key.role, isInside: true };
    }
    // A proxy among these does not open it to its clients.
    return isIn(metricsAllow, peer) && !isForwarded(header) ? { ...ANYBODY, isInside: true } : ANYBODY;
  }

  /** A web page open on this machine could otherwise dial in its visitor's name. */
  #isForeignPage(header: RequestHead['header']): boolean {
    const { corsOrigins } = this.#options;
    const origin = header('origin');
    return origin !== '' && !corsOrigins.includes(origin);
  }

  #refuseStranger(access: Access, { peer, header }: RequestHead): HttpError {
    if (isLocalRequest(peer, header)) return new HttpError(403, 'requests of web pages are refused; see CORS_ORIGINS');
    const who = access === 'inside' ? 'this machine and the addresses in METRICS_ALLOW' : 'this machine to localhost';
    return new HttpError(403, `without API_KEYS this answers only requests of ${who}, not forwarded ones`);
  }
}

function mayAs(role: Role | null, least: Role): boolean {
  return role !== null && ROLES.indexOf(role) >= ROLES.indexOf(least);
}
