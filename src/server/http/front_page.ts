// What a person sees who opens the server's address in a browser: what this is, and where to go next. For anybody, so it
// tells nothing of the settings. Programs that ask for `/` get what they got before.

import type { Handler, ServerRequest } from './exchange.js';
import type { Reply } from './reply.js';

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ringline</title>
<style>
  body { max-width: 42rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #222; background: #fff }
  h1 { margin-bottom: 0 }
  code { background: #f0f0f0; padding: 0.1em 0.3em; border-radius: 3px }
  dt { font-weight: 600; margin-top: 0.8em }
  dd { margin: 0 }
  @media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818 } code { background: #303030 } a { color: #8cf } }
</style>
<h1>ringline</h1>
<p>An AI phone agent server. It is running, and this address is the one that Twilio calls.</p>
<dl>
  <dt>To take calls</dt>
  <dd>In Twilio's console, at your number: <i>A call comes in</i> → <i>Webhook</i> → this page's address, method
    <b>POST</b>; <i>Call status changes</i> → the same address with <code>/twilio/status</code>.</dd>
  <dt>To make one</dt>
  <dd><code>POST /outbound</code> with <code>{"to_number": "+1…"}</code>, from the machine that this runs on.</dd>
  <dt>To see how it is</dt>
  <dd><a href="/health">/health</a>: are the vendors there; <a href="/ready">/ready</a>: are new calls taken;
    <a href="/metrics">/metrics</a>: for Prometheus, from this machine or where METRICS_ALLOW says.</dd>
  <dt>To program against it</dt>
  <dd><a href="/openapi.json">/openapi.json</a>: every endpoint, what it takes and what it answers (OpenAPI 3.1).</dd>
  <dt>To go on</dt>
  <dd><code>README.md</code> in the project's folder: agents, API, operating it, all settings. Without an account,
    <code>npm run demo</code> makes two calls.</dd>
</dl>
`;

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  'x-content-type-options': 'nosniff',
};

/** Browsers name HTML among what they take; Twilio, curl and programs don't. */
function isBrowser({ header }: Pick<ServerRequest, 'header'>): boolean {
  return header('accept').toLowerCase().includes('text/html') && header('x-twilio-signature') === '';
}

/** The page for browsers, `other` for everybody else. */
export function frontPage(other: Handler): Handler {
  return (request) =>
    isBrowser(request) ? ({ status: 200, headers: HEADERS, body: PAGE } satisfies Reply) : other(request);
}
