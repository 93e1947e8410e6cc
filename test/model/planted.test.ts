import { describe, expect, it } from 'vitest';
import { PHASE } from '../../src/kernel/phase.js';
import type { World } from '../../src/model/world.js';
import { CHAINS, NETWORKS, shake } from '../support/machine.js';

/** The parts of the machinery that a planted mistake reaches into. */
interface Inside {
  readonly cancelOp: number;
  readonly advance: (frame: number, layer: number) => void;
}
const inside = (of: object): Inside => of as unknown as Inside;

/** A mistake is caught when a run throws, leaks, or loses a request. */
function caught(plant: (world: World) => void): boolean {
  for (const chain of CHAINS) {
    for (const cancellation of ['immediate', 'ignore'] as const) {
      for (let seed = 1; seed <= 6; seed++) {
        const one = { chain, cancellation, seed, network: NETWORKS[seed % NETWORKS.length]! };
        try {
          const { record, rest } = shake(one, plant);
          const leaks = Object.values(rest).some((left) => left !== 0);
          if (leaks || record.stop !== 'drained') return true;
        } catch {
          return true;
        }
      }
    }
  }
  return false;
}

describe('planted mistakes in the call machinery are caught', () => {
  it('passes when nothing is planted', () => {
    const one = {
      chain: 'frhctb',
      cancellation: 'immediate',
      seed: 3,
      network: NETWORKS[1]!,
    } as const;
    expect(Object.values(shake(one).rest).every((left) => left === 0)).toBe(true);
  });

  it('a cancel message that does not know whom it was meant for', () => {
    const plant = ({ engine, wire, server, strands }: World): void => {
      const cancelOp = inside(wire).cancelOp;
      const careless = engine.define('careless', (strand) => {
        if (strands.alive(strand)) server.told(strand);
      });
      const at = engine.at.bind(engine);
      engine.at = (time, phase, op, target, a, b) =>
        at(time, phase, op === cancelOp ? careless : op, target, a, b);
    };
    expect(caught(plant)).toBe(true);
  });

  it('a timer without a stamp', () => {
    const plant = ({ engine, calls }: World): void => {
      const careless = engine.define('careless', (index) => {
        const { frames, layers } = calls;
        const frame = index >> frames.shift;
        const layer = index & ((1 << frames.shift) - 1);
        layers[frames.chain[frame]! + layer]!.timer?.(frame, layer);
      });
      calls.arm = (lane, frame, layer) => {
        const index = (frame << calls.frames.shift) | layer;
        engine.at(engine.now + lane.delayNs, PHASE.TIMER, careless, index, 0, 0);
      };
    };
    expect(caught(plant)).toBe(true);
  });

  it('a replay after a freeze without a stamp', () => {
    const plant = ({ engine, interpreter, instances, strands }: World): void => {
      const careless = engine.define('careless', (strand) => interpreter.goOn(strand));
      for (const instance of instances) {
        let stalled: number[] = [];
        Object.defineProperty(instance, 'stalled', {
          get: () => stalled,
          set: (next: number[]) => {
            for (let k = 0; k < stalled.length; k += 2) {
              const stale = strands.stamp[stalled[k]!] !== stalled[k + 1];
              if (stale && !instance.down)
                engine.soon(PHASE.COMPLETION, careless, stalled[k]!, 0, 0);
            }
            stalled = next;
          },
        });
      }
    };
    expect(caught(plant)).toBe(true);
  });

  it('a layer marked as entered when the grant runs instead of at the grant', () => {
    const plant = ({ engine, calls }: World): void => {
      const { frames } = calls;
      const careless = engine.define('careless', (index, stamp) => {
        if (frames.stamp[index] !== stamp) return;
        const frame = index >> frames.shift;
        const layer = index & ((1 << frames.shift) - 1);
        frames.entered[frame]! |= 1 << layer;
        inside(calls).advance.call(calls, frame, layer + 1);
      });
      calls.resume = (frame, layer) => {
        frames.parked[frame] = -1;
        const index = (frame << frames.shift) | layer;
        engine.soon(engine.phase, careless, index, ++frames.stamp[index]!, 0);
      };
    };
    expect(caught(plant)).toBe(true);
  });

  it('a grant that leaves the wait timer alive', () => {
    const plant = ({ engine, calls }: World): void => {
      const { frames } = calls;
      const careless = engine.define('careless', (index, stamp) => {
        if (frames.stamp[index] !== stamp) return;
        const layer = index & ((1 << frames.shift) - 1);
        inside(calls).advance.call(calls, index >> frames.shift, layer + 1);
      });
      calls.resume = (frame, layer) => {
        frames.parked[frame] = -1;
        frames.entered[frame]! |= 1 << layer;
        const index = (frame << frames.shift) | layer;
        engine.soon(engine.phase, careless, index, frames.stamp[index]!, 0);
      };
    };
    expect(caught(plant)).toBe(true);
  });
});
