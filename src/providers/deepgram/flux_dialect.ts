// The wire of /v2/listen (Flux): turns instead of spans, ForceEndTurn instead of Finalize, no KeepAlive. Which words are final is
// flux_turns.ts.

import { primaryLanguage } from '../../setting.js';
import { FluxTurns } from './flux_turns.js';
import { type ListenDialect, type ListenSocket, sdkLimits } from './listen_dialect.js';
import { FLUX_HINTS } from './settings.js';

export interface FluxOptions {
  /** Flux's own confidence that ends one of its turns, 0.5 to 1; and that tells of a likely end, 0.3 to 0.9. */
  eotThreshold: number;
  eagerEotThreshold: number;
  /** Silence that ends its turn whatever its confidence. */
  eotTimeoutMs: number;
}

/** May ForceEndTurn be sent? The vendor enables it per account, and closes the connection of others. One for a process's thread. */
export interface ForceEndTurn {
  isOn: boolean;
}

interface FluxSocket extends ListenSocket {
  sendForceEndTurn(message: { type: 'ForceEndTurn' }): void;
}

/** What the vendor calls a message that it does not know, or does not serve to this account. */
const UNPARSABLE = 'UNPARSABLE_CLIENT_MESSAGE';
/** Flux never ends a turn by its confidence: we do. */
const NEVER = 1;

export function fluxDialect(flux: FluxOptions, force: ForceEndTurn): ListenDialect {
  const turns = new FluxTurns();
  let wasForced = false;
  return {
    async open(client, options) {
      const { eotThreshold, eagerEotThreshold, eotTimeoutMs } = flux;
      const hint = primaryLanguage(options.language);
      const isHinted = options.model === 'flux-general-multi' && FLUX_HINTS.has(hint);
      const socket = await client.listen.v2.createConnection({
        model: options.model,
        encoding: 'mulaw',
        sample_rate: 8000,
        eot_threshold: force.isOn ? NEVER : eotThreshold,
        eager_eot_threshold: eagerEotThreshold,
        eot_timeout_ms: eotTimeoutMs,
        tag: options.tag,
        ...(isHinted ? { language_hint: hint } : {}),
        ...(options.keyterms.length > 0 ? { keyterm: [...options.keyterms] } : {}),
        ...sdkLimits(options),
      } as Parameters<typeof client.listen.v2.createConnection>[0]);
      return socket as unknown as ListenSocket;
    },
    finalize(socket, sentMs) {
      turns.finalize(sentMs);
      if (!force.isOn) return;
      wasForced = true;
      (socket as FluxSocket).sendForceEndTurn({ type: 'ForceEndTurn' });
    },
    // There is none; the library answers the vendor's pings, and a call's audio never pauses.
    keepAlive() {},
    read(message) {
      const result = turns.read(message);
      const isRefused =
        typeof result === 'object' && result !== null && 'complaint' in result && result.code === UNPARSABLE;
      // The next connection does without.
      if (isRefused && wasForced) force.isOn = false;
      return result;
    },
  };
}
