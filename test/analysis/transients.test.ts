import { describe, expect, it } from 'vitest';
import type { Scene } from '../../src/analysis/story/scene.js';
import { withoutTransients } from '../../src/analysis/story/transients.js';
import { episodesOf, type Health } from '../../src/analysis/story/health.js';
import type { StepInfluence } from '../../src/analysis/story/influence.js';
import type { Lane } from '../../src/analysis/measure/lanes.js';
import type { HealthState } from '../../src/contracts/result/cascade.js';

const STEPS = 20;

/** A component that is degraded in steps 5 to 8, with this number of requests in each step. */
function sceneWith(requests: number, state: HealthState, more: Partial<Scene> = {}): Scene {
  const lane = {
    name: 'side',
    component: 3,
    workers: 4,
    arrivals: new Float64Array(STEPS).fill(requests),
  } as unknown as Lane;
  const states = Array.from({ length: STEPS }, (_, step) => (step >= 5 && step < 9 ? state : 'ok'));
  const health = new Map<Lane, Health>([[lane, { states, episodes: episodesOf(states) }]]);
  return { health, hits: [], faultsNs: [1e9], ...more } as unknown as Scene;
}

const illSpans = (scene: Scene, influences: readonly Partial<StepInfluence>[] = []): number =>
  [...withoutTransients(scene, influences as readonly StepInfluence[]).health.values()].reduce(
    (sum, { states, episodes }) => {
      expect(episodes).toEqual(episodesOf(states));
      return sum + episodes.length;
    },
    0,
  );

describe('a component a little worse for a few requests', () => {
  it('is no part of a cascade', () => {
    expect(illSpans(sceneWith(5, 'degraded'))).toBe(0);
  });

  it('is reported if it is more than that', () => {
    expect(illSpans(sceneWith(25, 'degraded'))).toBe(1);
    expect(illSpans(sceneWith(5, 'failing'))).toBe(1);
  });

  it('is reported if something led to it, or it to something', () => {
    expect(illSpans(sceneWith(5, 'degraded'), [{ from: 'other', to: 'side', step: 6 }])).toBe(1);
    expect(illSpans(sceneWith(5, 'degraded'), [{ from: 'side', to: 'other', step: 8 }])).toBe(1);
    expect(illSpans(sceneWith(5, 'degraded'), [{ from: 'other', to: 'side', step: 12 }])).toBe(0);
  });

  it('is reported if a fault hits it then', () => {
    const hit = (from: number, until: number): Partial<Scene> => ({
      hits: [
        {
          stats: new Set(),
          components: new Set([3]),
          from,
          until,
          losesMessages: false,
          delaysMessages: false,
        },
      ],
    });
    expect(illSpans(sceneWith(5, 'degraded', hit(4, 6)))).toBe(1);
    expect(illSpans(sceneWith(5, 'degraded', hit(12, 14)))).toBe(0);
  });

  it('is reported without a fault', () => {
    expect(illSpans(sceneWith(5, 'degraded', { faultsNs: [] }))).toBe(1);
  });
});
