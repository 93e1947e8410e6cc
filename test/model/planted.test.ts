import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../src/kernel/invariant.js';
import { PHASE } from '../../src/kernel/phase.js';
import type { World } from '../../src/model/modules/world.js';
import { CHAINS, NETWORKS, endOf, shake } from '../support/machine.js';
import type { Case } from '../support/machine.js';
import { engine } from '../../src/kernel/engine.js';
import { frames } from '../../src/model/data/strands/frames.js';
import { strands } from '../../src/model/data/strands/strands.js';

/** The parts of the machinery that a planted mistake reaches into. */
interface Inside {
  readonly cancelOp: number;
  readonly advance: (frame: number, layer: number) => void;
  readonly wire: {
    stalls: (frame: number, op: number, index: number, stamp: number) => boolean;
  };
}
const inside = (of: object): Inside => of as unknown as Inside;

const cases: Case[] = CHAINS.flatMap((chain) =>
  (['immediate', 'ignore'] as const).flatMap((cancellation) =>
    [1, 2, 3, 4, 5, 6].map((seed) => ({
      chain,
      cancellation,
      seed,
      network: NETWORKS[seed % NETWORKS.length]!,
      middleware: true as const,
    })),
  ),
);

/** The law that a run breaks: `leak` when something is left over, null when all is well. */
function broken(one: Case, plant: (world: World) => void): string | null {
  try {
    const { record, rest } = shake(one, plant);
    const leaks = Object.values(rest).some((left) => left !== 0);
    return leaks || record.stop !== endOf(one) ? 'leak' : null;
  } catch (error) {
    // Anything else is a mistake of the plant, not of the machinery.
    if (error instanceof InvariantError) return error.code;
    throw error;
  } finally {
    // All runs of this thread share the engine, so the replaced method is removed again.
    Reflect.deleteProperty(engine, 'at');
  }
}

/**
 * Each plant puts its own version of one mechanism in place of the real one, with everything right
 * (`careful`) or with the one mistake it is named for. The careful version must pass: else it is not
 * the mistake that is caught.
 */
type Plant = (careful: boolean) => (world: World) => void;

const cancelOfAnyone: Plant =
  (careful) =>
  ({ wire, server }) => {
    const cancelOp = inside(wire).cancelOp;
    const own = engine.define('planted', (strand, life) => {
      if (careful ? strands.life[strand] === life : strands.alive(strand))
        server.cancelNotified(strand);
    });
    const at = engine.at.bind(engine);
    engine.at = (time, phase, op, target, a, b) =>
      at(time, phase, op === cancelOp ? own : op, target, a, b);
  };

const timerWithoutStamp: Plant =
  (careful) =>
  ({ calls }) => {
    const { layers } = calls;
    const own = engine.define('planted', (index, stamp) => {
      if (careful && frames.stamp[index] !== stamp) return;
      const frame = index >> frames.shift;
      if (inside(calls).wire.stalls(frame, own, index, stamp)) return;
      const layer = index & ((1 << frames.shift) - 1);
      layers[frames.chain[frame]! + layer]!.timer?.(frame, layer);
    });
    calls.arm = (lane, frame, layer) => {
      const index = (frame << frames.shift) | layer;
      engine.at(engine.now + lane.delayNs, PHASE.TIMER, own, index, frames.stamp[index]!, 0);
    };
  };

const replayWithoutStamp: Plant =
  (careful) =>
  ({ interpreter, instances }) => {
    const own = engine.define('planted', (strand) => interpreter.resume(strand));
    for (const instance of instances) {
      const { stalled } = instance;
      stalled.splice = (from: number) => {
        for (let k = 0; k < stalled.length; k += 2) {
          const stale = strands.stamp[stalled[k]!] !== stalled[k + 1];
          if (!careful && stale && !instance.down) {
            engine.soon(PHASE.COMPLETION, own, stalled[k]!, 0, 0);
          }
        }
        const taken = stalled.slice(from);
        stalled.length = from;
        return taken;
      };
    }
  };

/** A grant in place of the real one; `late`: enters when it runs; `timed`: its wait timer stays. */
const grant =
  (late: boolean, timed: boolean) =>
  ({ calls }: World): void => {
    const own = engine.define('planted', (index, stamp) => {
      if (frames.stamp[index] !== stamp) return;
      const frame = index >> frames.shift;
      if (inside(calls).wire.stalls(frame, own, index, stamp)) return;
      const layer = index & ((1 << frames.shift) - 1);
      if (late) frames.entered[frame]! |= 1 << layer;
      inside(calls).advance.call(calls, frame, layer + 1);
    });
    calls.resume = (frame, layer) => {
      frames.parked[frame] = -1;
      if (!late) frames.entered[frame]! |= 1 << layer;
      const index = (frame << frames.shift) | layer;
      const stamp = timed ? frames.stamp[index]! : ++frames.stamp[index]!;
      engine.soon(engine.phase, own, index, stamp, 0);
    };
  };

describe('planted mistakes in the call machinery are caught', () => {
  it.each<[string, Plant]>([
    ['a cancel message that does not know whom it was meant for', cancelOfAnyone],
    ['a timer without a stamp', timerWithoutStamp],
    ['a replay after a freeze without a stamp', replayWithoutStamp],
    ['a layer entered when the grant runs, not at the grant', (careful) => grant(!careful, false)],
    ['a grant that leaves the wait timer alive', (careful) => grant(false, !careful)],
  ])('%s', (_name, plant) => {
    const caught = cases.findIndex((one) => broken(one, plant(false)) !== null);
    expect(caught).toBeGreaterThanOrEqual(0);
    for (const one of cases.slice(0, Math.max(caught + 1, 24))) {
      expect(broken(one, plant(true))).toBeNull();
    }
  });

  it('a timer that forks a call that has ended does not make it its own parent', () => {
    const one: Case = {
      chain: 'hhtb',
      cancellation: 'immediate',
      seed: 1,
      network: NETWORKS[1]!,
      middleware: true,
    };
    expect(broken(one, timerWithoutStamp(false))).toBe('a call that lives is forked');
  });
});
