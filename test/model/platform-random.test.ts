import { describe, expect, it } from 'vitest';
import { runThreaded } from '../../src/run/replicate.js';
import { library } from '../support/built.js';
import { platformWorld } from '../support/platform-worlds.js';
import type { Around } from '../support/platform-worlds.js';

/** Worlds of a test; `npm run swarm:platform` tries more. */
const WORLDS = Number(process.env.FAULTLINE_WORLDS ?? 40);
const FIRST = Number(process.env.FAULTLINE_SEED ?? 1);

function plansOf(seed: number, around?: Around): ReturnType<typeof library.compile>[] {
  const text = platformWorld(seed, around);
  const { file, problems } = library.loadScenario('world.yaml', () => ({ text }));
  expect(`${problems.map((problem) => library.formatDiagnostic(problem)).join('\n')}`, text).toBe(
    '',
  );
  return file!.variants.map((variant) => library.compile(variant, file!, { traceShare: 1 }));
}

describe('random registries, meshes, changes and faults on random topologies', () => {
  it('keep the laws of every run: each request has one outcome, and nothing remains', () => {
    for (let seed = FIRST; seed < FIRST + WORLDS; seed++) {
      const [records] = library.runHere(plansOf(seed), 1);
      const { totals, stop } = records![0]!;
      expect([seed, totals.unfinished, 'drained horizon'.includes(stop)]).toEqual([seed, 0, true]);
      expect(totals.requests).toBeGreaterThan(200);
    }
  }, 600_000);

  it('leave the draws of everything else as they are: the same requests arrive at the same instants', () => {
    const arrivals = (seed: number, around: Around): unknown => {
      const [records] = library.runHere(plansOf(seed, around), 1);
      const { traces } = records![0]!;
      const times: number[] = [];
      for (let row = 0; row < traces.rows; row++) {
        if (traces.load[row]! >= 0) times.push(traces.called[row]!);
      }
      return times.sort((a, b) => a - b);
    };
    for (let seed = FIRST; seed < FIRST + Math.min(WORLDS, 12); seed++) {
      const plain = arrivals(seed, { registry: false, mesh: false, faults: false });
      expect(arrivals(seed, { registry: true, mesh: true, faults: true }), `${seed}`).toEqual(
        plain,
      );
      expect(arrivals(seed, { registry: true, mesh: false, faults: true }), `${seed}`).toEqual(
        plain,
      );
    }
  }, 600_000);

  it('give the same digests on two threads as on one', async () => {
    const plans = [FIRST, FIRST + 1, FIRST + 2, FIRST + 3].flatMap((seed) => plansOf(seed));
    const here = library.runHere(plans, 1).flat();
    const threaded = await runThreaded(plans, 1, { workers: 2, heapMiB: 300 });
    expect(threaded.flat().map(({ digest }) => digest)).toEqual(here.map(({ digest }) => digest));
  }, 600_000);
});
