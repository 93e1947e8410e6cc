import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DriftResult } from '../../src/contracts/result/drift.js';
import { Folder, faultline, smallScenario } from './harness.js';

const SHOP = join(import.meta.dirname, '../../examples/shop');

let folder: Folder;
let scenario: string;
beforeAll(() => {
  folder = new Folder();
  cpSync(SHOP, folder.at('shop'), { recursive: true });
  scenario = folder.at('shop.yaml');
  faultline(['import', folder.at('shop'), '--out', scenario, '--quiet']);
});
afterAll(() => folder.remove());

/** The shop with some lines of its scenario replaced. */
function changed(name: string, ...changes: readonly (readonly [RegExp, string])[]): string {
  let text = readFileSync(scenario, 'utf8');
  for (const [from, to] of changes) {
    expect(text).toMatch(from);
    text = text.replace(from, to);
  }
  return folder.put(name, text);
}

function drifted(
  file: string,
  ...rest: readonly string[]
): { status: number | null; result: DriftResult } {
  const { status, stdout, stderr } = faultline(['drift', file, ...rest, '--json', '-']);
  expect(stderr).toBe('');
  return { status, result: JSON.parse(stdout) as DriftResult };
}

const manifests = (): readonly string[] =>
  ['k8s', 'istio', 'application-orders.yml'].map((name) => folder.at(`shop/${name}`));

describe('faultline drift', () => {
  it('finds nothing between an import and its own manifests', () => {
    const { status, result } = drifted(scenario, ...manifests());
    expect([status, result.settings!.drifted, result.isSame]).toEqual([0, [], true]);
    expect(result.settings!.compared).toBeGreaterThan(90);
    // Part of the manifests: what the others set is not compared.
    expect(drifted(scenario, folder.at('shop/k8s')).result.settings!.drifted).toEqual([]);
  });

  it('lists each setting that differs with both values and places, and nothing that means the same', () => {
    const file = changed(
      'edited.yaml',
      [/replicas: 2 {2}# (\S+orders.yaml:5)/, 'replicas: 3'],
      [/limit: 1GiB {2}# \S+payments.yaml:18/, 'limit: 1024MiB'],
      [/ {6}preStop: 10s {2}# \S+inventory.yaml:21\n/, ''],
      [/deadline: 5s {2}.*/, 'deadline: 4000ms'],
      [/maxEjectionPercent: 50 {2}.*/, 'maxEjectionPercent: 50\n        minHealthPercent: 50'],
    );
    const { status, result } = drifted(file, ...manifests());
    expect(status).toBe(1);
    const found = result.settings!.drifted.map(({ path, kind, scenario: own, manifest, from }) => [
      path,
      kind,
      own,
      manifest,
      from?.replace(folder.path, ''),
    ]);
    expect(found).toEqual([
      [
        'services.inventory.lifecycle.preStop',
        'missing',
        null,
        '10s',
        '/shop/k8s/inventory.yaml:21',
      ],
      ['services.orders.replicas', 'differs', '3', '2', '/shop/k8s/orders.yaml:5'],
      [
        'gateways.shop-gateway.routes[1].policy.deadline.after',
        'differs',
        '4000ms',
        '5s',
        '/shop/istio/traffic.yaml:20',
      ],
      ['mesh.outbound.payments.outlierDetection.minHealthPercent', 'extra', '50%', null, undefined],
    ]);
    const [, replicas] = result.settings!.drifted;
    const line = readFileSync(file, 'utf8')
      .slice(0, readFileSync(file, 'utf8').indexOf('replicas: 3'))
      .split('\n').length;
    expect(replicas!.at).toBe(`${file}:${line}`);
    const known = ['--ignore', 'services.inventory,services.*.replicas,gateways,mesh'];
    const accepted = drifted(file, ...manifests(), ...known);
    expect([accepted.status, accepted.result.ignored]).toEqual([0, 4]);
  });

  it('names the files that it left out, and what it left out of the traces', () => {
    const shop = folder.at('partly');
    cpSync(SHOP, shop, { recursive: true });
    folder.put('partly/broken.yaml', 'kind: [');
    folder.put('partly/kustomization.yaml', 'kind: Kustomization');
    const { status, result } = drifted(scenario, shop);
    expect([status, result.settings!.drifted]).toEqual([0, []]);
    expect(result.unread.map((text) => text.replace(`${shop}/`, '').slice(0, 40))).toEqual([
      'broken.yaml:1: is not valid YAML: Flow s',
      'kustomization.yaml:1: is a Kustomization',
    ]);
    expect(result.figures!.leftOut[0]!.count).toBe(2);
    const text = faultline(['drift', scenario, shop]).stdout.replaceAll('\n', ' ');
    expect(text).toContain(`Files left out, nothing of them is compared: ${shop}/broken.yaml:1:`);
    expect(text).toContain('Left out of the traces: 2 links to a parent');
    // Those of the manifests alone too, and where only traces could be read.
    expect(drifted(scenario, shop, folder.at('partly/k8s')).result.unread).toHaveLength(2);
    expect(drifted(scenario, folder.at('shop/k8s')).result.unread).toEqual([]);
  });

  it('names components that only one side has', () => {
    const gone = changed(
      'gone.yaml',
      [
        /\n {2}catalog:.*(\n {4}.*)*/,
        '\n  audit: { replicas: 2, endpoints: { log: [ work: 1ms ] } }',
      ],
      [/call: catalog.show/g, 'call: audit.log'],
    );
    const { result } = drifted(gone, ...manifests());
    expect(result.settings!.drifted.map(({ path, kind }) => [path, kind])).toEqual([
      ['services.catalog', 'missing'],
      ['services.audit', 'extra'],
    ]);
    const { stdout } = faultline(['drift', gone, folder.at('shop/k8s'), '--format', 'md']);
    expect(stdout).toContain('**The scenario has drifted: 2 settings of');
    expect(stdout).toMatch(/\| services\.catalog \| – \| .*catalog\.yaml:27, 3 \|/);
  });

  it('compares predictions with traces, within noise and tolerance', () => {
    const traces = folder.at('shop/traces.jsonl.gz');
    const truth = join(import.meta.dirname, '../fixtures/importing/shop-truth.yaml');
    const same = drifted(truth, traces);
    expect([same.status, same.result.figures!.drifted, same.result.settings]).toEqual([
      0,
      [],
      null,
    ]);
    expect(same.result.figures!.compared).toBeGreaterThan(50);
    const slow = folder.put(
      'slow.yaml',
      readFileSync(truth, 'utf8').replace(
        'show: [ work: exponential(4ms)',
        'show: [ work: exponential(9ms)',
      ),
    );
    const { status, result } = drifted(slow, traces);
    const subjects = new Set(result.figures!.drifted.map(({ subject }) => subject));
    expect([status, [...subjects]]).toEqual([
      1,
      ['catalog.show', 'storefront.browse', 'storefront->catalog.show'],
    ]);
    const [first] = result.figures!.drifted;
    expect(first).toMatchObject({ figure: 'p50', n: 473 });
    expect(first!.measured).toBeLessThan(0.004);
    expect(first!.predicted).toBeGreaterThan(first!.allowed[1]);
    expect(
      drifted(slow, traces, '--tolerance', '100%', '--ignore', [...subjects].join()).status,
    ).toBe(0);
  });

  it('refuses what it cannot compare', () => {
    const empty = folder.put('empty.yaml', 'kind: ConfigMap\napiVersion: v1\n');
    writeFileSync(folder.at('broken.yaml'), 'a: [');
    const traces = folder.at('shop/traces.jsonl.gz');
    const wrong = [
      [[scenario], "missing required argument 'path'"],
      [[scenario, empty], 'nothing in'],
      [[scenario, folder.at('broken.yaml')], 'is not valid YAML'],
      [[scenario, folder.at('none.yaml')], 'no such file'],
      [[scenario, empty, '--map', 'x'], 'write NAME=NAME'],
      [
        [folder.put('small.yaml', smallScenario().replaceAll('bank', 'desk')), traces],
        '--map NAME=NAME joins two names',
      ],
    ] as const;
    for (const [args, words] of wrong) {
      const { status, stdout, stderr } = faultline(['drift', ...args]);
      expect([args, status, stdout]).toEqual([args, 2, '']);
      expect(stderr).toContain(words);
    }
  });
});
