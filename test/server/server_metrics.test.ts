import { Registry } from 'prom-client';
import { beforeEach, expect, test } from 'vitest';
import { END_REASONS } from '../../src/call/call.js';
import { REFUSAL_REASONS } from '../../src/server/calls/admission.js';
import { ServerMetrics } from '../../src/server/server_metrics.js';
import { metric } from './harness.js';

let registry: Registry;
let metrics: ServerMetrics;
const live = { calls: 0, slots: 0, sockets: 0, late: 0, hung: 0 };
beforeEach(() => {
  registry = new Registry();
  metrics = new ServerMetrics(registry, {
    ...{ calls: () => live.calls, slots: () => live.slots, slotsMax: () => 9, sockets: () => live.sockets },
    connections: () => 5,
    filesWaiting: () => 6,
    lateShare: () => 0.25,
    vendorUses: () => [{ what: 'streams', used: 7, max: 50 }],
    ...{ workersLate: () => live.late, workersHung: () => live.hung, eventsDropped: () => new Map([['log', 3]]) },
    storeUp: () => false,
    storeFallbacks: () => 7,
    agentNews: () => ({ taken: 4, failed: 2, problems: ['a.yaml:1: name: is missing'] }),
  });
});

test('what is counted is there from the start, at zero: a rate over it misses no first event', async () => {
  const text = await registry.metrics();
  for (const reason of END_REASONS) {
    expect(text).toContain(`ringline_calls_total{direction="inbound",reason="${reason}"} 0`);
  }
  for (const reason of REFUSAL_REASONS) expect(text).toContain(`ringline_calls_refused_total{reason="${reason}"} 0`);
  for (const on of ['webhook', 'media']) expect(text).toContain(`ringline_signature_refused_total{on="${on}"} 0`);
});

test('events are counted under their labels', async () => {
  metrics.ended('outbound', 'silence');
  metrics.refused('kept');
  metrics.dial('busy');
  metrics.answered('/calls', 'GET', 200);
  metrics.signatureRefused('media');
  metrics.tokenRefused('used');
  metrics.oversized();
  metrics.streamError();
  metrics.connectionCut('idle_full');
  const text = await registry.metrics();
  for (const series of [
    'ringline_calls_total{direction="outbound",reason="silence"}',
    'ringline_calls_refused_total{reason="kept"}',
    'ringline_dials_total{result="busy"}',
    'ringline_http_requests_total{route="/calls",method="GET",status="200"}',
    'ringline_signature_refused_total{on="media"}',
    'ringline_media_token_refused_total{reason="used"}',
    'ringline_media_oversized_total',
    'ringline_stream_errors_total',
    'ringline_connections_cut_total{reason="idle_full"}',
  ]) {
    expect([series, metric(text, series)]).toEqual([series, 1]);
  }
});

test('what is live is read at each scrape, and counters kept elsewhere do not add up twice', async () => {
  Object.assign(live, { calls: 2, slots: 3, sockets: 1, late: 1, hung: 4 });
  await registry.metrics();
  const text = await registry.metrics();
  expect(metric(text, 'ringline_calls_live')).toBe(2);
  expect(metric(text, 'ringline_slots_in_use')).toBe(3);
  expect(metric(text, 'ringline_slots')).toBe(9);
  expect(metric(text, 'ringline_media_sockets_live')).toBe(1);
  expect(metric(text, 'ringline_connections_live')).toBe(5);
  expect(metric(text, 'ringline_frames_late_ratio')).toBe(0.25);
  expect(metric(text, 'ringline_vendor_use{what="streams"}')).toBe(7);
  expect(metric(text, 'ringline_vendor_limit{what="streams"}')).toBe(50);
  expect(metric(text, 'ringline_store_up')).toBe(0);
  expect(metric(text, 'ringline_store_fallbacks_total')).toBe(7);
  expect(metric(text, 'ringline_workers_late')).toBe(1);
  expect(metric(text, 'ringline_workers_hung_total')).toBe(4);
  expect(metric(text, 'ringline_events_dropped_total{subscriber="log"}')).toBe(3);
});

test('how the folder of agents is read can be watched', async () => {
  const text = await registry.metrics();
  expect(metric(text, 'ringline_agent_reloads_total{result="done"}')).toBe(4);
  expect(metric(text, 'ringline_agent_reloads_total{result="failed"}')).toBe(2);
  expect(metric(text, 'ringline_agent_problems')).toBe(1);
});
