import { describe, expect, it } from 'vitest';
import { load, scenarioOf, station } from './support.js';

const STEPS = 'endpoints: { serve: [ wait: 5ms ] }';
const VERSIONS = 'versions: { v1: {}, v2: {} }';

const notesOf = (text: string): readonly string[] => load(text).places.notes();

describe('a setting that waits for its occasion', () => {
  it('is a rollout strategy without a target: one version, and a note', () => {
    const text = station(
      `{ rollout: { kind: rolling, maxSurge: 1, maxUnavailable: 0 }, ${STEPS} }`,
    );
    expect(scenarioOf(text)).toEqual(scenarioOf(station(`{ ${STEPS} }`)));
    expect(notesOf(text)).toEqual([
      's.yaml:5:14 rollout: a strategy at rest: nothing is rolled out until `to` names a version; write it in a variant, for example',
    ]);
  });

  it('is a mistake where a time shows that a release is meant, and says how all instances are replaced', () => {
    const timed = (more: string): string =>
      station(`{ rollout: { kind: rolling, at: 10s${more} }, ${STEPS} }`);
    const [problem] = load(timed('')).problems;
    expect(problem).toMatchObject({ path: 'services.station.rollout.at' });
    expect(problem!.message).toMatch(
      /^nothing is rolled out without `to`: versions: \{ v1: \{\}, v2: \{\} \} and to: v2 replace all instances by equal ones, as kubectl rollout restart does\./,
    );
    const text = timed(', to: v2 }, versions: { v1: {}, v2: {}');
    expect(notesOf(text)).toEqual([]);
    expect(scenarioOf(text).services.get('station')!.versions!.rollout).toMatchObject({ to: 0 });
  });

  it('is used by a variant that names the version', () => {
    const rest = `rollout: { kind: rolling, maxSurge: 1, maxUnavailable: 0 }, ${VERSIONS}`;
    const variants =
      'variants:\n  - { name: calm }\n  - { name: release, set: { services.station.rollout.to: v2 } }';
    const text = station(`{ ${rest}, ${STEPS} }`, variants);
    const at = (variant: string): unknown =>
      scenarioOf(text, variant).services.get('station')!.versions!.rollout;
    expect(at('calm')).toBeNull();
    expect(at('release')).toMatchObject({
      to: 0,
      maxSurge: { unit: 'pods', value: 1 },
      maxUnavailable: { unit: 'pods', value: 0 },
    });
  });

  it('still has the fields of its kind alone', () => {
    const { problems } = load(
      station(`{ rollout: { kind: recreate, maxSurge: 1 }, ${VERSIONS}, ${STEPS} }`),
    );
    expect(problems.map(({ path }) => path)).toEqual(['services.station.rollout.maxSurge']);
  });

  it('is a disruption budget without nodes', () => {
    const text = station(`{ disruptionBudget: { minAvailable: 1 }, ${STEPS} }`);
    expect(load(text).problems).toEqual([]);
    expect(notesOf(text)).toEqual([
      's.yaml:5:14 disruptionBudget: no effect, because it limits drains of nodes and there are none; write `platform: { nodes: { count: 3 } }` for it to act',
    ]);
    const nodes = station(
      `{ disruptionBudget: { minAvailable: 1 }, ${STEPS} }`,
      'platform: { nodes: { count: 3 } }',
    );
    expect(notesOf(nodes)).toEqual([]);
  });

  it('is an idleTimeout of a pool of HikariCP with a fixed size', () => {
    const database =
      'databases: { db: { pool: { kind: hikari, idleTimeout: 20s }, operations: { get: 1ms } } }';
    const text = station('{ endpoints: { serve: [ query: db.get ] } }', database);
    expect(load(text).problems).toEqual([]);
    expect(notesOf(text)).toEqual([
      's.yaml:8:42 idleTimeout: no effect, because the pool has a fixed size; write minimumIdle below maximumPoolSize for it to act',
    ]);
  });
});
