// What watches the server, against the server: Prometheus' rules and Grafana's dashboard.

import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Family, parseExposition } from '../metrics/exposition.js';
import { startTestServer, type TestServer } from '../server/harness.js';
import { canRun, DEPLOY, documentsOf, textOf, type Yaml } from './deploy_files.js';

let server: TestServer;
let families: Map<string, Family>;
beforeAll(async () => {
  server = await startTestServer();
  families = parseExposition(await server.metrics());
});
afterAll(async () => {
  await server.server.stop();
  server.vendors.close();
});

const rules: Yaml[] = documentsOf('prometheus/alerts.yml')[0].groups.flatMap((group: Yaml) => group.rules);
const dashboard = JSON.parse(textOf('grafana/dashboards/ringline.json'));
const panels: Yaml[] = dashboard.panels.filter((panel: Yaml) => panel.type !== 'row');
const expressions: [where: string, expr: string][] = [
  ...rules.map((rule): [string, string] => [rule.alert, rule.expr]),
  ...panels.flatMap((panel) => panel.targets.map((target: Yaml): [string, string] => [panel.title, target.expr])),
];

/** Prometheus makes this one itself. */
const BUILT_IN = 'up';

/** Every selector of an expression: its metric, and the labels that it names with their values. */
function selectors(expr: string): { metric: string; labels: [string, string][] }[] {
  return [...expr.matchAll(/\b((?:ringline|process|nodejs)_\w+|up)\b(?:\{([^}]*)\})?/g)].map(([, metric, inside]) => ({
    metric,
    labels: [...(inside ?? '').matchAll(/(\w+)=~?"([^"]*)"/g)].map(([, name, value]): [string, string] => [
      name,
      value,
    ]),
  }));
}
function familyOf(metric: string): Family | undefined {
  return families.get(metric) ?? families.get(metric.replace(/_(bucket|sum|count)$/, ''));
}

test.each(expressions)('%s: every metric it names is in /metrics: %s', (_, expr) => {
  const found = selectors(expr);
  expect(found.length).toBeGreaterThan(0);
  for (const { metric } of found) if (metric !== BUILT_IN) expect(familyOf(metric), metric).toBeDefined();
});

/** Given by Prometheus to whatever it reads. */
const BY_PROMETHEUS = ['job', 'instance'];

test.each(expressions)('%s: values of labels that it names are such as the server shows: %s', (_, expr) => {
  for (const { metric, labels } of selectors(expr)) {
    for (const [name, values] of labels.filter(([name]) => !BY_PROMETHEUS.includes(name))) {
      const shown = new Set(familyOf(metric)?.samples.map((sample) => sample.labels[name]));
      for (const value of values.split('|')) expect([...shown], `${metric}{${name}}`).toContain(value);
    }
  }
});

test('a metric that is not there would be noticed', () => {
  expect(familyOf('ringline_no_such_thing_total')).toBeUndefined();
  expect(selectors('sum(rate(ringline_a_total{reason=~"x|y"}[5m])) > up')).toEqual([
    { metric: 'ringline_a_total', labels: [['reason', 'x|y']] },
    { metric: 'up', labels: [] },
  ]);
});

describe('alerts', () => {
  test.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s says how bad it is, what it is and what to do',
    (_, rule) => {
      expect(['page', 'ticket']).toContain(rule.labels.severity);
      expect(rule.annotations.summary.length).toBeGreaterThan(15);
      expect(rule.annotations.runbook.length).toBeGreaterThan(30);
    },
  );

  test('each of them is broken into once in alerts_test.yml, and seen not to fire when all is well', () => {
    const tests: Yaml[] = documentsOf('prometheus/alerts_test.yml')[0].tests.flatMap(
      (each: Yaml) => each.alert_rule_test,
    );
    for (const { alert } of rules) {
      const ofIt = tests.filter(({ alertname }) => alertname === alert).map(({ exp_alerts }) => exp_alerts.length);
      expect([alert, ofIt.sort()]).toEqual([alert, [0, 1]]);
    }
  });

  test.skipIf(!canRun('promtool', '--version'))('fire when what they watch is broken (needs promtool)', () => {
    for (const [what, file] of [
      ['config', 'prometheus.yml'],
      ['rules', 'alerts.yml'],
    ]) {
      const { stdout, stderr, status } = spawnSync('promtool', ['check', what, file], { cwd: `${DEPLOY}prometheus` });
      expect([status, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining('SUCCESS')]);
    }
    const run = spawnSync('promtool', ['test', 'rules', 'alerts_test.yml'], { cwd: `${DEPLOY}prometheus` });
    expect([run.status, `${run.stdout}${run.stderr}`]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});

test('the dashboard’s panels have titles and places of their own', () => {
  expect(panels.length).toBeGreaterThan(15);
  const ids = dashboard.panels.map((panel: Yaml) => panel.id);
  expect(new Set(ids).size).toBe(ids.length);
  const places = dashboard.panels.map(({ gridPos }: Yaml) => `${gridPos.x} ${gridPos.y}`);
  expect(new Set(places).size).toBe(places.length);
  for (const { title } of panels) expect(title).toMatch(/\w{4}/);
});
