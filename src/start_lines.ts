// What the program says when it takes calls: where it listens, and what to enter in Twilio. Words only.

import type { EngineConfig } from './config.js';

export interface Announcement {
  /** For the log. */
  fields: Record<string, unknown>;
  /** For a person, with line ends. */
  text: string;
}

/** @param port that it really listens on */
export function announcement(config: EngineConfig, port: number, version: string): Announcement {
  const { host, publicUrl, calls } = config;
  const isAny = host === '0.0.0.0' || host === '::';
  const name = isAny ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const address = `http://${name}:${port}`;
  const webhook = publicUrl === null ? null : `${publicUrl}/`;
  const status = publicUrl === null ? null : `${publicUrl}/twilio/status`;
  const entered = [
    `  A call comes in       ${webhook ?? 'https://YOUR-ADDRESS/'}   (Webhook, POST)`,
    `  Call status changes   ${status ?? 'https://YOUR-ADDRESS/twilio/status'}`,
  ];
  const hint =
    publicUrl === null ? [`YOUR-ADDRESS is how Twilio reaches this port: ngrok http ${port}, or a proxy.`] : [];
  const text = [
    `ringline ${version} takes calls: ${address}   (${calls.max} at once, ${calls.workers} worker thread${calls.workers > 1 ? 's' : ''})`,
    "In Twilio's console, at your number:",
    ...entered,
    ...hint,
    'Ctrl-C stops it.',
  ];
  return {
    fields: {
      host,
      port,
      address,
      webhook,
      status_callback: status,
      calls: calls.max,
      workers: calls.workers,
      version,
    },
    text: `${text.join('\n')}\n`,
  };
}
