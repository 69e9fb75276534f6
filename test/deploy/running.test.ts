// What runs the server, against the server: Compose and Kubernetes.

import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { CONFIG_VARIABLES, SECRET_VARIABLES } from '../../src/config_variables.js';
import { fileVariable } from '../../src/secret_files.js';
import { ACCESS, type Endpoint, isOpen } from '../../src/server/http/access.js';
import { canRun, DEPLOY, documentsOf, filesEndingIn, manifest, textOf, type Yaml } from './deploy_files.js';

/** Between the end of the drain and the end of the process: phone_server.ts. */
const GOODBYES_S = 10;
const SETTINGS = new Set([...Object.keys(CONFIG_VARIABLES), ...SECRET_VARIABLES.map(fileVariable)]);

const compose = documentsOf('compose.yaml')[0];
const instances: [string, Yaml][] = Object.entries(compose.services as Yaml).filter(([name]) =>
  name.startsWith('ringline-'),
);
const pod = manifest('Deployment').spec.template.spec;
const container = pod.containers[0];
const settings: Record<string, string> = manifest('ConfigMap').data;

/** Whether the server answers it to whoever asks; what only Twilio may send has a signature instead of a key. */
function needsNoKey(endpoint: string): boolean {
  const access = ACCESS[endpoint as Endpoint];
  return isOpen(access) && access !== 'twilio';
}

test.each(filesEndingIn('.yaml', '.yml'))('%s is YAML that says something', (file) => {
  for (const document of documentsOf(file)) expect(Object.keys(document).length).toBeGreaterThan(0);
});

/** The settings as a server gets them, with good values in the place of those that are given outside. */
function isUsable(environment: Record<string, string>): void {
  const env = Object.fromEntries(
    Object.entries(environment)
      .filter(([name]) => !name.endsWith('_FILE'))
      .map(([name, value]) => [name, value.replace(/\$\{\w+(:-([^}]*)|:\?[^}]*)?\}/g, '$2')]),
  );
  const given = {
    ...{ PUBLIC_URL: 'https://voice.example.com', TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'x' },
    ...{ OPENAI_API_KEY: 'x', DEEPGRAM_API_KEY: 'x', CARTESIA_API_KEY: 'x' },
  };
  const config = loadConfig({ ...env, ...given }, []);
  expect(config.calls.max).toBe(200);
}

describe('compose.yaml', () => {
  test('two instances, each with a name and recordings of its own', () => {
    expect(instances).toHaveLength(2);
    expect(new Set(instances.map(([, { environment }]) => environment.INSTANCE_NAME)).size).toBe(2);
    expect(new Set(instances.map(([, { volumes }]) => String(volumes))).size).toBe(2);
  });

  test.each(instances)('%s: every variable is a setting, with a value that the server takes', (_, { environment }) => {
    for (const name of Object.keys(environment)) expect(SETTINGS, name).toContain(name);
    isUsable(environment);
  });

  test.each(instances)('%s has more time to stop than the drain takes', (_, { environment, stop_grace_period }) => {
    const graceS = Number(/^(\d+)s$/.exec(stop_grace_period)?.[1]);
    expect(graceS).toBeGreaterThan(Number(environment.DRAIN_TIMEOUT_MS) / 1000 + GOODBYES_S);
    expect(compose.services.balancer.stop_grace_period).toBe(stop_grace_period);
  });

  test.each(instances)('%s: secrets are files, of those that are given to it', (_, { environment, secrets }) => {
    for (const variable of SECRET_VARIABLES.filter((name) => !['REDIS_URL'].includes(name)))
      expect(environment, variable).not.toHaveProperty(variable);
    const files = Object.entries<string>(environment).filter(([name]) => name.endsWith('_FILE'));
    expect(files.length).toBeGreaterThan(4);
    for (const [, file] of files) expect(secrets).toContain(file.replace('/run/secrets/', ''));
    for (const name of secrets) expect(compose.secrets).toHaveProperty(name);
  });

  test('balancer and Prometheus know both, at the port they listen on; nothing else of theirs is open to the world', () => {
    const caddy = textOf('Caddyfile');
    const { static_configs } = documentsOf('prometheus/prometheus.yml')[0].scrape_configs[0];
    for (const [name, service] of instances) {
      const address = `${name}:${CONFIG_VARIABLES['PORT'].fallback}`;
      expect(caddy).toContain(address);
      expect(static_configs[0].targets).toContain(address);
      expect(service.ports).toBeUndefined();
    }
    const health = /health_uri (\S+)/.exec(caddy)?.[1];
    expect(needsNoKey(`GET ${health}`)).toBe(true);
    const subnet = compose.networks.inside.ipam.config[0].subnet;
    for (const [, { environment }] of instances)
      expect([environment.TRUSTED_PROXIES, environment.METRICS_ALLOW]).toEqual([subnet, subnet]);
    for (const name of ['prometheus', 'grafana'])
      for (const port of compose.services[name].ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('what a service mounts from here is here', () => {
    const mounts: string[] = Object.values<Yaml>(compose.services).flatMap(({ volumes = [] }) => volumes);
    const own = mounts.filter((mount) => mount.startsWith('./')).map((mount) => mount.slice(2).split(':')[0]);
    expect(own.length).toBeGreaterThan(3);
    const files = filesEndingIn('');
    for (const path of own) expect(files).toContain(path);
  });

  test.skipIf(!canRun('docker', 'compose', 'version'))('docker reads it (needs docker compose)', () => {
    const env = { ...process.env, PUBLIC_URL: 'https://voice.example.com', TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}` };
    const run = spawnSync('docker', ['compose', '-f', 'compose.yaml', 'config', '--quiet'], { cwd: DEPLOY, env });
    expect([run.status, String(run.stderr)]).toEqual([0, expect.anything()]);
  });
});

describe('kubernetes', () => {
  test('every variable is a setting, with a value that the server takes', () => {
    for (const name of Object.keys(settings)) expect(SETTINGS, name).toContain(name);
    for (const { name } of container.env) expect(SETTINGS, name).toContain(name);
    isUsable(settings);
  });

  test('every secret is mounted as the file that its variable names', () => {
    const secret = manifest('Secret');
    const mount = container.volumeMounts.find(({ name }: Yaml) => name === 'secrets').mountPath;
    expect(pod.volumes.find(({ name }: Yaml) => name === 'secrets').secret.secretName).toBe(secret.metadata.name);
    const files = container.env.filter(({ name }: Yaml) => name.endsWith('_FILE'));
    expect(files.map(({ value }: Yaml) => value.replace(`${mount}/`, '')).sort()).toEqual(
      Object.keys(secret.stringData).sort(),
    );
    for (const { name, value } of files) expect(value).toBe(`${mount}/${name.replace(/_FILE$/, '')}`);
    for (const variable of SECRET_VARIABLES) expect(settings).not.toHaveProperty(variable);
  });

  test('probes ask what is there for anybody, and a busy or half-dark server is not restarted for it', () => {
    const { startupProbe, readinessProbe, livenessProbe } = container;
    for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe]) {
      expect(needsNoKey(`GET ${httpGet.path}`)).toBe(true);
      expect(httpGet.port).toBe(container.ports[0].name);
    }
    expect(container.ports[0].containerPort).toBe(Number(CONFIG_VARIABLES['PORT'].fallback));
    expect(readinessProbe.httpGet.path).toBe('/ready');
    expect(['/ready', '/health']).not.toContain(livenessProbe.httpGet.path);
  });

  test('a pod has more time to stop than preStop and the drain take', () => {
    const preStopS = Number(container.lifecycle.preStop.exec.command[1]);
    const drainS = Number(settings['DRAIN_TIMEOUT_MS']) / 1000;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(preStopS + drainS + GOODBYES_S - 1);
  });

  test('budget, scaling, service and ingress are about that deployment, and scaling leaves room', () => {
    const { metadata, spec } = manifest('Deployment');
    const { labels } = spec.template.metadata;
    expect(spec.selector.matchLabels).toEqual(labels);
    expect(manifest('PodDisruptionBudget').spec.selector.matchLabels).toEqual(labels);
    expect(manifest('Service').spec.selector).toEqual(labels);
    const scaler = manifest('HorizontalPodAutoscaler').spec;
    expect(scaler.scaleTargetRef).toMatchObject({ kind: 'Deployment', name: metadata.name });
    const { metric, target } = scaler.metrics[0].pods;
    expect(metric.name).toBe('ringline_slots_in_use');
    expect(Number(target.averageValue)).toBeLessThanOrEqual(0.75 * Number(settings['CALLS_MAX']));
    const rule = manifest('Ingress').spec.rules[0];
    expect(rule.http.paths[0].backend.service.name).toBe(manifest('Service').metadata.name);
    expect(settings['PUBLIC_URL']).toBe(`https://${rule.host}`);
  });

  test.skipIf(!canRun('kubectl', 'version', '--client'))('kubectl reads it (needs kubectl)', () => {
    const run = spawnSync('kubectl', ['kustomize', 'kubernetes'], { cwd: DEPLOY });
    expect([run.status, String(run.stderr)]).toEqual([0, '']);
    expect(String(run.stdout).match(/^kind: /gm)).toHaveLength(7);
  });

  test.skipIf(!canRun('kubeconform', '-v'))('the manifests are of Kubernetes’ schemas (needs kubeconform)', () => {
    const run = spawnSync('kubeconform', ['-strict', '-ignore-filename-pattern', 'kustomization', 'kubernetes'], {
      cwd: DEPLOY,
    });
    expect([run.status, `${run.stdout}${run.stderr}`]).toEqual([0, '']);
  });
});

test('the Dockerfile’s own example waits for the drain', () => {
  const { fallback } = CONFIG_VARIABLES['DRAIN_TIMEOUT_MS'];
  const dockerfile = textOf('../Dockerfile');
  const timeoutS = Number(/--stop-timeout (\d+)/.exec(dockerfile)?.[1]);
  expect(timeoutS).toBeGreaterThan(Number(fallback) / 1000 + GOODBYES_S);
});
