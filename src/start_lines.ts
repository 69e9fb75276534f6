// What the program says when it takes calls: where it listens, and what to enter in Twilio. Words only.

import type { EngineConfig } from './config.js';

export interface Announcement {
  /** For the log. */
  fields: Record<string, unknown>;
  /** For a person, with line ends. */
  text: string;
}

/**
 * @param config what holds, after the limit of open files
 * @param port that it really listens on
 * @param callsAsked CALLS_MAX as it was set
 */
export function announcement(
  config: EngineConfig,
  port: number,
  version: string,
  callsAsked = config.calls.max,
): Announcement {
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
  const fewer = calls.max < callsAsked ? `, not ${callsAsked}: too few open files` : '';
  const hint =
    publicUrl === null ? [`YOUR-ADDRESS is how Twilio reaches this port: ngrok http ${port}, or a proxy.`] : [];
  const text = [
    `ringline ${version} takes calls: ${address}   (${calls.max} at once${fewer}, ${calls.workers} worker thread${calls.workers > 1 ? 's' : ''})`,
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
      ...(fewer === '' ? {} : { calls_asked: callsAsked }),
      workers: calls.workers,
      version,
    },
    text: `${text.join('\n')}\n`,
  };
}
