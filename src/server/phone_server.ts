// Puts the main thread together: makes every part once and connects them. No logic of its own beyond start and stop.

import type { AgentBook } from '../agents/agent_book.js';
import type { AgentNews } from '../agents/agent_watch.js';
import { nowMs } from '../clock.js';
import type { EngineConfig } from '../config.js';
import type { RootLogger } from '../log.js';
import { watchGarbageCollector } from '../metrics/gc_pauses.js';
import { watchEventLoop } from '../metrics/loop_watch.js';
import { createRegistry } from '../metrics/prometheus.js';
import { ThreadMetrics } from '../metrics/shared_metrics.js';
import { type ProbeResult, probeOk } from '../providers/probe.js';
import { VENDOR_NAMES, vendor } from '../providers/vendor_settings.js';
import { Instances, instanceName } from '../store/instances.js';
import type { Store } from '../store/store.js';
import { Doorbell } from '../threads/doorbell.js';
import { SlotRings } from '../threads/slab.js';
import { SlotFlags } from '../threads/slot_flags.js';
import { failureCode, TwilioRest, type TwilioRestError } from '../twilio/rest_client.js';
import { isSignedHandshake } from '../twilio/webhook_signature.js';
import { TwilioWebhooks } from '../twilio/webhooks.js';
import { AgentMetrics } from './agent_metrics.js';
import { CallData } from './archive/call_data.js';
import { Keeper } from './archive/keeper.js';
import { Retention } from './archive/retention.js';
import { openBucket } from './archive/s3_bucket.js';
import { sealKey } from './archive/sealed_file.js';
import type { AuditLog } from './audit_log.js';
import { Admission, keptForInbound } from './calls/admission.js';
import { CallControl } from './calls/call_control.js';
import { TwilioDesk } from './calls/call_desk.js';
import { CallMoves } from './calls/call_moves.js';
import { CallPeers } from './calls/call_peers.js';
import { CallRegistry } from './calls/call_registry.js';
import { Callbacks } from './calls/callbacks.js';
import { CallsApi } from './calls/calls_api.js';
import { Dialler } from './calls/dialler.js';
import { Governor } from './calls/governor.js';
import { Idempotency } from './calls/idempotency.js';
import { KeptCalls } from './calls/kept_calls.js';
import { Operators } from './calls/operators.js';
import { OperatorsApi } from './calls/operators_api.js';
import { RemoteCalls } from './calls/remote_calls.js';
import { SharedSnapshots } from './calls/shared_snapshots.js';
import { EventHub } from './event_hub.js';
import { Exposition } from './exposition.js';
import { Health } from './health/health.js';
import { ProviderHealth } from './health/provider_health.js';
import { Guard } from './http/auth.js';
import { Connections } from './http/connections.js';
import { HttpServer } from './http/http_server.js';
import { type KeyNews, KeyRing } from './http/key_ring.js';
import { addressSet } from './http/peers.js';
import { RateLimits } from './http/rate_limits.js';
import { EgressPump } from './media/egress_pump.js';
import { IngressWriter } from './media/ingress_writer.js';
import { MediaSockets } from './media/media_socket.js';
import { MediaTokens } from './media/media_tokens.js';
import { openApi } from './openapi/document.js';
import { Recordings } from './recordings.js';
import { RecordingsFolder } from './recordings_folder.js';
import { ServerMetrics } from './server_metrics.js';
import type { SharedMemory } from './shared_memory.js';
import { WebhookRoutes } from './webhook_routes.js';
import type { CallRunner } from './worker_pool.js';

/** After the hang-ups of a drain: the workers end their calls and close the recordings within this. Nothing is said. */
const DRAIN_GRACE_MS = 10_000;

export interface PhoneServerOptions {
  config: EngineConfig;
  agents: AgentBook;
  memory: SharedMemory;
  runner: CallRunner;
  /** What instances share; stays open when the server is stopped. */
  store: Store;
  /** Stays open likewise. */
  audit: AuditLog;
  log: RootLogger;
  version: string;
  /** What was found about the settings and the agents; shown in /health. */
  warnings?: readonly string[];
  /** How the agents' folder is read while the server runs; null = there is none. */
  agentNews?: () => AgentNews | null;
}

export interface PhoneServer {
  readonly port: number;
  /** When every worker has told that it is prepared. Never rejects; never resolves when one does not tell. */
  readonly prepared: Promise<void>;
  /** Reads API_KEYS_FILE now; without one nothing happens. */
  reloadKeys(): void;
  /** No new calls; waits for the running ones as long as the configuration allows, then closes everything. Safe twice. */
  stop(): Promise<void>;
}

/** Builds the server around a pool of workers and starts listening. Rejects when the address is taken. */
export async function startPhoneServer(options: PhoneServerOptions): Promise<PhoneServer> {
  const { config, agents, memory, runner, store, audit, log, version, warnings = [], agentNews = () => null } = options;
  const threadMetrics = new ThreadMetrics(memory.metrics, 0);
  const collector = watchGarbageCollector(threadMetrics);
  const loop = watchEventLoop(threadMetrics);
  const rings = Array.from({ length: config.calls.max }, (_, slot) => new SlotRings(memory.slab, slot));
  const { max, inboundPercent, lateMs } = config.calls;
  const admission: Admission = new Admission(max, keptForInbound(max, inboundPercent), (lane) => governor.strain(lane));
  const registry = new CallRegistry();
  const events = new EventHub(log);
  events.subscribe('log', 'log', (line) => log.writeLine(line));
  events.subscribe('call', 'registry', (event) => registry.onCallEvent(event));
  events.subscribe('call', 'hand_offs', (event) => {
    if (event.kind !== 'hand_off') return;
    const { to, toHash } = event.handOff;
    registry.handedOver(event.callSid, event.slot, agents.find(to, toHash));
  });
  const snapshots = new SharedSnapshots(store, config.calls.maxDurationS * 1000);
  const kept = new KeptCalls(snapshots);
  events.subscribe('call', 'kept', kept.onCallEvent);
  events.subscribe('provider', 'health', ({ provider, ok, code, refused, at }) =>
    providers.observe(provider, ok, code, at, refused),
  );
  const prepared = new Promise<void>((resolve) => {
    let left = config.calls.workers;
    events.subscribe('prepared', 'start', () => {
      if (--left === 0) resolve();
    });
  });
  runner.listen(events.publish);
  const tokens = new MediaTokens(config.calls.startTimeoutMs);
  const instances = new Instances(store, instanceName(config.store.instanceName), log);
  const governor = new Governor({
    ...{ metrics: memory.metrics, lateMs, instances, store },
    streams: () => admission.inUse,
    limits: config.vendorLimits,
  });
  const peers = new CallPeers({
    ...{ store, instances, tokens, registry, log },
    control: () => control,
    maxDurationS: config.calls.maxDurationS,
  });
  registry.watch(peers);
  const ingress = new IngressWriter(rings, memory.doorbells, threadMetrics);
  const prometheus = createRegistry(memory.metrics);
  const metrics = new ServerMetrics(prometheus, {
    calls: () => registry.liveCount,
    slots: () => admission.inUse,
    slotsMax: () => admission.slots,
    sockets: () => media.live,
    connections: () => connections.count,
    lateShare: () => governor.lateShare,
    vendorUses: () => governor.uses(),
    filesWaiting: () => keeper.waiting,
    workersLate: () => runner.late,
    workersHung: () => runner.hung,
    eventsDropped: () => events.dropped,
    storeUp: () => store.state().isUp,
    storeFallbacks: () => store.state().fallbacks,
    agentNews,
  });
  const agentMetrics = new AgentMetrics(prometheus, agents.versions(), config.prices);
  agents.onReplaced(() => agentMetrics.know(agents.versions()));
  events.subscribe('call', 'agent_metrics', agentMetrics.onCallEvent);
  const tracing = config.tracing.endpoint === null ? null : await import('./tracing/tracing.js');
  const instance = instances.name;
  const traces = tracing?.openTracing({ config, registry, metrics: prometheus, version, instance, log }) ?? null;
  if (traces !== null) events.subscribe('call', 'traces', traces.onCallEvent);
  const providers = new ProviderHealth((provider, notice) => log.warn({ provider, notice }, 'a provider has news'));
  const rest = new TwilioRest(config.twilio, (ok, code) => providers.observe('twilio', ok, code, Date.now()));
  addProviders(providers, config, rest);

  const moves = new CallMoves({
    kept,
    rings,
    lastSeq: (slot) => events.lastSeq(slot),
    playEndMs: (slot) => pump.playEndMs(slot),
    now: nowMs,
  });
  const control: CallControl = new CallControl({
    admission,
    registry,
    tokens,
    runner,
    kept,
    moves,
    events,
    agents,
    ingress,
    rings,
    metrics,
    log,
    startTimeoutMs: config.calls.startTimeoutMs,
    onTicketIssued: peers.ticketIssued,
    flush: (slot) => pump.drain(slot),
    isSocketOpen: (slot) => media.socketOf(slot) !== null,
    endSocket: (slot) => media.end(slot),
    awaitRest: (slot) => pump.awaitRest(slot),
    forgetSound: (slot) => pump.forget(slot),
  });
  const media: MediaSockets = new MediaSockets({
    slots: config.calls.max,
    tokens,
    ingress,
    metrics,
    log,
    isSigned: (signature, url) => !config.twilio.validate || isSignedHandshake(config.twilio.authToken, signature, url),
    takeOver: peers.takeOver,
    onTicketUsed: (ticket, slot) => void peers.ticketUsed(ticket, slot),
    onOpen: (callSid, slot) => control.onSocketOpen(callSid, slot),
    onClosed: (callSid, slot, code, byUs) => control.onSocketClosed(callSid, slot, code, byUs),
  });
  const pump: EgressPump = new EgressPump({
    rings,
    flags: new SlotFlags(memory.slab),
    metrics: threadMetrics,
    socketOf: media.socketOf,
    onClose: media.end,
  });
  const dialler = new Dialler({ rest, control, registry, metrics, log, calls: config.calls });
  const callbacks = new Callbacks({
    ...{ store, log },
    hasRoom: () => admission.refusal('outbound') === null,
    isOpen: (agent) => agents.pick({ callSid: '', ourNumber: '' }, agent).profile.isOpen(Date.now()),
    dial: (order, base) => dialler.dial(order, base),
    onResult: (result) => metrics.callback(result),
  });
  const urls = { publicUrl: config.publicUrl, trustedProxies: addressSet(config.trustedProxies) };
  const desk = new TwilioDesk({
    control,
    registry,
    agents,
    dials: dialler,
    peers,
    snapshots,
    callbacks,
    metrics,
    threadMetrics,
    log,
  });
  const onTwilioSeen = () => providers.observe('twilio', true, null, Date.now());
  const { authToken, validate } = config.twilio;
  const webhooks = new WebhookRoutes({
    webhooks: new TwilioWebhooks({ authToken, validate, desk, onTwilioSeen }),
    urls,
    metrics,
  });
  const idempotency = new Idempotency(store, instances);
  const ownNumber = config.twilio.phoneNumber;
  const remote = new RemoteCalls(instances, peers);
  const operators = new Operators({
    ...{ registry, control },
    onForgotten: (callSid, operator) => audit.bySystem(`pause of ${operator} ended`, callSid),
  });
  const calls = new CallsApi({
    agents,
    ownNumber,
    urls,
    dialler,
    rest,
    control,
    registry,
    idempotency,
    remote,
    operators,
    slots: config.calls.max,
  });
  const health = new Health({
    providers,
    runner,
    admission,
    governor,
    metrics: memory.metrics,
    version,
    store,
    isStoreRequired: config.store.required,
    httpEngine: () => http.engine,
    warnings,
    agentNews,
  });
  const keys = new KeyRing(config.apiKeys?.keys ?? [], (news) => audit.bySystem(...keysRead(news)));
  const { apiKeysFile } = config;
  if (apiKeysFile !== null) keys.watch(apiKeysFile, log);
  const folder = new RecordingsFolder(config.recording.dir);
  const sealKeys = (config.sealing.keys ?? []).map(sealKey).filter((key) => key !== null);
  const recordings = new Recordings(folder, sealKeys);
  const keeper: Keeper = new Keeper({
    ...{ folder, keys: sealKeys, log },
    bucket: await openBucket(config.s3),
    onDone: (act, isGood) => metrics.kept(act, isGood),
  });
  events.subscribe('call', 'keeper', keeper.onCallEvent);
  const { retentionDays } = config.recording;
  const retention = new Retention({
    folder,
    days: { wav: retentionDays, json: config.retention.recordsDays ?? retentionDays },
    keys: sealKeys,
    ofAgents: () => agents.keptDays(),
    log,
    onDeleted: (files) => audit.bySystem('old recordings deleted', `${files} files`),
  });
  const callData = new CallData({ folder, registry, instances, store, keeper, logDir: config.log.dir, log });
  const connections = new Connections({
    max: config.connections.max ?? Number.POSITIVE_INFINITY,
    perPeer: config.connections.perPeer,
    trustedProxies: urls.trustedProxies,
    onCut: (reason) => metrics.connectionCut(reason),
  });
  const http: HttpServer = new HttpServer({
    webhooks,
    calls,
    operators: new OperatorsApi({ operators, remote }),
    health,
    recordings,
    callData,
    media,
    metrics,
    exposition: new Exposition(prometheus),
    openApi: openApi(version),
    guard: new Guard({ keys, metricsAllow: addressSet(config.metricsAllow), corsOrigins: config.corsOrigins }),
    limits: new RateLimits({
      perSecond: config.limits,
      redis: store.client,
      onLimited: (limit) => metrics.limited(limit),
    }),
    connections,
    audit,
    trustedProxies: urls.trustedProxies,
    corsOrigins: config.corsOrigins,
    engine: config.httpEngine,
    log,
  });
  metrics.httpEngine(http.engine);

  const stopPumping = new Doorbell(memory.doorbells, 0).listen(pump.pump);
  // Before there are calls: loading the SDK takes a few hundred milliseconds of this thread.
  await rest.load();
  const port = await http.listen(config.host, config.port);
  instances.start();
  void providers.refresh(Date.now());
  retention.start();
  keeper.start();
  governor.start();
  callbacks.start();

  const stop = async (): Promise<void> => {
    admission.drain();
    await callbacks.stop();
    // A dial that Twilio has not answered yet may ring in a moment, and then nobody would be there.
    await dialler.settled();
    const dialling = [...registry.live()].filter((entry) => entry.phase === 'dialling');
    await Promise.all(dialling.map((entry) => dialler.cancel(entry)));
    await control.drain(config.calls.drainTimeoutMs, DRAIN_GRACE_MS);
    await instances.stop();
    await traces?.stop();
    http.close();
    stopPumping();
    await Promise.all([retention.stop(), keeper.stop()]);
    keys.stop();
    governor.stop();
    collector.stop();
    loop.stop();
  };
  let stopping: Promise<void> | null = null;
  const reloadKeys = () => {
    if (apiKeysFile !== null) keys.reload(apiKeysFile, log);
  };
  return { port, prepared, reloadKeys, stop: () => (stopping ??= stop()) };
}

function keysRead(news: KeyNews | null): [act: string, target: string | null, outcome: 'done' | 'failed'] {
  if (news === null) return ['keys read anew', null, 'failed'];
  const changes = [...news.added.map((key) => `+${key}`), ...news.removed.map((key) => `-${key}`)];
  return ['keys read anew', changes.join(' '), 'done'];
}

function addProviders(providers: ProviderHealth, config: EngineConfig, rest: TwilioRest): void {
  providers.add('twilio', rest.isConfigured, () =>
    rest.probe().then(
      () => probeOk(),
      (error: TwilioRestError) => readTwilioProbe(error),
    ),
  );
  for (const name of VENDOR_NAMES) {
    providers.add(name, config[name].apiKey !== '', () => vendor(name).probe(config[name]));
  }
}

function readTwilioProbe(error: TwilioRestError): ProbeResult {
  const { status } = error;
  // Any refusal but of our key is an answer: a compatible server may not know accounts.
  const isAnswer = status !== undefined && status < 500 && ![401, 403, 429].includes(status);
  if (isAnswer) return probeOk();
  const code = failureCode(error);
  return { ok: false, code, refused: code === 'REFUSED', notice: null };
}
