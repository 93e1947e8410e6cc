import { describe, expect, it } from 'vitest';
import { OUTCOME, PASS } from '../../src/contracts/outcome.js';
import type { CallContext } from '../../src/contracts/patterns/policy.js';
import { InvariantError } from '../../src/kernel/invariant.js';
import { frames } from '../../src/model/data/strands/frames.js';
import { levels } from '../../src/model/data/figures/levels.js';
import { simulate } from '../../src/model/simulate.js';
import type { World } from '../../src/model/modules/world.js';
import { ThreadPool } from '../../src/patterns/mechanisms/thread-pool.js';
import * as registry from '../../src/patterns/registry.js';
import { compile } from '../../src/plan/compile.js';
import { loadScenario } from '../../src/scenario/load.js';
import { textOf } from '../scenarios/run-file.js';

/** The law that a field case breaks with a planted mistake; null = none. */
function broken(path: string, plant: (world: World) => void): string | null {
  const { file } = loadScenario(path, (own) => ({ text: textOf(own) }));
  const plan = compile(file!.variants[0]!, file!);
  try {
    simulate(plan, 1, registry, { prepare: plant });
    return null;
  } catch (error) {
    if (error instanceof InvariantError) return error.code;
    throw error;
  }
}

const careful = (): void => {};

describe('who holds a resource', () => {
  const statement = 'test/field/databases/pg-abandoned-hikari.yaml';

  it('a session that ends before its statement breaks a law', () => {
    const forgets = ({ backends }: World): void => {
      backends.leave = (frame, server, epoch, gauges) => {
        expect(frames.slots.has(frame)).toBe(true);
        server.give(epoch);
        levels.add(gauges.open, -1);
      };
    };
    expect(broken(statement, careful)).toBeNull();
    expect(broken(statement, forgets)).toBe(
      'a database executes no more statements than it has sessions',
    );
  });

  it('an attempt that no caller has started breaks a law', () => {
    const served = ({ server, instances }: World): void => {
      const arrive = server.arrive.bind(server);
      server.arrive = (strand) => {
        for (const instance of instances) if (instance.arrivals === 2) instance.arrivals++;
        arrive(strand);
      };
    };
    expect(broken(statement, served)).toBe(
      'a callee serves the attempts that its callers have started',
    );
  });

  it('an attempt that a caller has started and that never ends breaks a law', () => {
    const started = ({ wire }: World): void => {
      const send = wire.send.bind(wire);
      wire.send = (frame) => {
        wire.attempts++;
        return send(frame);
      };
    };
    expect(broken(statement, started)).toBe('each attempt that a caller has started ends once');
  });

  it('a thread that is given back twice breaks a law', () => {
    const ctx = { now: 0, setWord: () => {} } as unknown as CallContext;
    const pool = new ThreadPool(ctx, { core: 1, max: 1, queue: 0, keepAliveNs: 0 }, null);
    expect(pool.enter(0, 0)).toBe(PASS);
    expect(pool.leave(0, 0, OUTCOME.ok)).toBe(OUTCOME.ok);
    expect(() => pool.leave(0, 0, OUTCOME.ok)).toThrow('a task ends on the thread that runs it');
  });
});
