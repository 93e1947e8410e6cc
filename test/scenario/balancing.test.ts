import { expect, it } from 'vitest';
import { Source } from '../../src/scenario/load.js';
import { valueText } from '../../src/scenario/tuning/change.js';
import { settingsOf } from '../../src/scenario/tuning/settings.js';

const WARM = 'lifecycle: { warmup: { duration: 30s, factor: 4 } }';

/** What is tried for the balancing of `web`, and for when its release goes on. */
function triedFor(web: string, more = ''): readonly string[] {
  const text = `
faultline: 1
title: balancing
run: { duration: 10s }
services:
  web: { endpoints: { page: [ work: 5ms ] }, ${web} }
workloads:
  users: { arrivals: poisson(10/s), requests: [ { call: web.page, policy: { timeout: 1s } } ] }
${more}`;
  const { file, texts, problems } = new Source('balancing.yaml', () => ({ text })).load();
  expect(problems).toEqual([]);
  expect(file).not.toBeNull();
  return settingsOf(texts.get('base')!.written)
    .flatMap(({ moves }) => moves)
    .filter(({ path }) => /loadBalancing(\.kind)?$|minReady$/u.test(path))
    .map((move) => `${move.path}: ${valueText(move)}`);
}

it('callers may select the instance with the fewest calls where instances warm up', () => {
  const tried = 'services.web.loadBalancing: leastRequest';
  expect(triedFor(`replicas: 3, ${WARM}`)).toEqual([tried]);
  expect(triedFor(`replicas: 3, ${WARM}, loadBalancing: random`)).toEqual([
    'services.web.loadBalancing.kind: leastRequest',
  ]);
  expect(
    triedFor(`replicas: 3, ${WARM}, loadBalancing: { kind: roundRobin, panicThreshold: 0% }`),
  ).toEqual(['services.web.loadBalancing.kind: leastRequest']);
  expect(triedFor(`replicas: 3, ${WARM}, loadBalancing: leastRequest`)).toEqual([]);
  expect(triedFor(`replicas: 3`)).toEqual([]);
  expect(triedFor(WARM)).toEqual([]);
});

it('so may those of a component of which a fault hits some instances', () => {
  const faults = (target: string): string =>
    `faults: [ { id: slow, kind: slow, factor: 9, at: 1s, for: 5s, ${target} } ]`;
  expect(triedFor('replicas: 3', faults("target: 'web[0]'"))).toHaveLength(1);
  expect(triedFor('replicas: 3', faults('target: web, instances: 1'))).toHaveLength(1);
  expect(triedFor('replicas: 3', faults('target: web'))).toEqual([]);
});

it('a release may wait until its new instances are warm', () => {
  const release = 'versions: { v1: {}, v2: {} }, rollout: { to: v2, at: 1s, kind: rolling';
  expect(triedFor(`replicas: 3, ${WARM}, ${release} }`)).toContain(
    'services.web.rollout.minReady: 30s',
  );
  expect(triedFor(`replicas: 3, ${WARM}, ${release}, minReady: 5s }`)).toHaveLength(1);
  expect(triedFor(`replicas: 3, ${release} }`)).toEqual([]);
});
