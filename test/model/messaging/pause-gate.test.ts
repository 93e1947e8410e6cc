import { describe, expect, it } from 'vitest';
import { engine } from '../../../src/kernel/engine.js';
import { PHASE } from '../../../src/kernel/phase.js';
import { PauseGate } from '../../../src/model/modules/messaging/pause-gate.js';
import type { GatePlace } from '../../../src/model/modules/messaging/pause-gate.js';
import { policyKind } from '../../../src/patterns/registry.js';
import { OUTCOME } from '../../../src/contracts/outcome.js';
import { MS } from '../../support/fake-calls.js';
import { timetable } from '../../support/timetable.js';

/** A gate on its own: its notifications of consumers, with the time in ms. */
function gateOf(kind: string, written: object) {
  const table = timetable();
  const told: string[] = [];
  const breaker = policyKind('circuitBreaker', kind)!;
  const place = {
    world: {
      plan: { seed: 1, components: [{ name: 'jobs' }], parts: [{ name: 'worker' }] },
      replication: 0,
      journal: { machine: () => ({ set: () => {} }) },
    },
    registry: { policyKind },
    layer: { policy: 'circuitBreaker', kind, config: breaker.schema.parse(written) },
    bundle: 'guarded',
    holder: 0,
    service: 0,
    part: 0,
    instance: null,
    resume: (who: number) => void told.push(`${engine.now / MS} resume ${who}`),
  };
  const gate = new PauseGate(place as unknown as GatePlace);
  return {
    gate,
    told,
    at: (ms: number, act: () => void) => table.at(ms * MS, act, PHASE.COMPLETION),
    run: () => table.run(10_000 * MS),
    /** Two failures in a row by run 1 and 2. */
    open(): void {
      for (const run of [1, 2]) {
        expect(gate.lets(run, 0)).toBe(true);
        gate.ended(run, OUTCOME.serverError);
      }
    },
  };
}

const SIMPLE = { failureThreshold: 2, openDuration: '250ms' };

describe('consumption behind a breaker', () => {
  it('polls every 100 ms and gives the probe to the longest waiting one, and the rest when it has closed', () => {
    const { gate, told, at, run, open } = gateOf('simple', SIMPLE);
    at(0, () => {
      open();
      expect(gate.lets(3, 7)).toBe(false);
      gate.wait(7);
      gate.wait(8);
    });
    at(40, () => gate.wait(9));
    // Looks at 100 and 200 are refused; at 300 there is a place for one.
    at(310, () => {
      expect(told).toEqual(['300 resume 7']);
      expect(gate.lets(4, 8)).toBe(false);
      expect(gate.lets(5, 7)).toBe(true);
    });
    at(500, () => gate.ended(5, OUTCOME.ok));
    run();
    expect(told).toEqual(['300 resume 7', '500 resume 8', '500 resume 9']);
  });

  it('gives the place of a probe whose process has died to the next one at the next look', () => {
    const { gate, told, at, run, open } = gateOf('simple', SIMPLE);
    at(0, () => {
      open();
      gate.wait(7);
      gate.wait(8);
    });
    at(350, () => expect(gate.lets(3, 7)).toBe(true));
    at(420, () => gate.dropped(3));
    run();
    expect(told).toEqual(['300 resume 7', '520 resume 8']);
  });

  it('takes back a place that is reserved by an instance that died before its run', () => {
    const { gate, told, at, run, open } = gateOf('simple', SIMPLE);
    at(0, () => {
      open();
      gate.wait(7);
      gate.wait(8);
    });
    at(330, () => gate.left(7));
    at(700, () => {
      expect(gate.lets(3, 7)).toBe(false);
      expect(gate.lets(4, 8)).toBe(true);
    });
    run();
    expect(told).toEqual(['300 resume 7', '430 resume 8']);
  });

  it('never resumes an instance that died while it waited', () => {
    const { gate, told, at, run, open } = gateOf('simple', SIMPLE);
    at(0, () => {
      open();
      gate.wait(7);
      gate.wait(8);
    });
    at(20, () => gate.left(7));
    run();
    expect(told).toEqual(['300 resume 8']);
  });

  it('forgets a run once it has ended or was dropped', () => {
    const { gate, told, at, run, open } = gateOf('simple', SIMPLE);
    at(0, () => {
      open();
      gate.wait(7);
    });
    at(300, () => {});
    at(350, () => {
      expect(gate.lets(3, 7)).toBe(true);
      gate.dropped(3);
      // The end of a run that is no longer known does not affect the breaker: the next probe decides.
      gate.ended(3, OUTCOME.serverError);
      expect(gate.lets(4, 7)).toBe(true);
      gate.ended(4, OUTCOME.ok);
      gate.ended(4, OUTCOME.serverError);
      gate.ended(4, OUTCOME.serverError);
      expect(gate.lets(5, 9)).toBe(true);
    });
    run();
    expect(told).toEqual(['300 resume 7']);
  });

  it('is as at first after a restart of the process that keeps its state', () => {
    const { gate, at, run, open } = gateOf('simple', SIMPLE);
    at(0, () => {
      open();
      expect(gate.lets(3, 7)).toBe(false);
      gate.reset();
      expect(gate.lets(3, 7)).toBe(true);
    });
    run();
  });

  it('needs no look where the breaker changes by its own timer', () => {
    const { gate, told, at, run } = gateOf('resilience4j', {
      slidingWindowSize: 2,
      minimumNumberOfCalls: 2,
      waitDurationInOpenState: '250ms',
      automaticTransitionFromOpenToHalfOpenEnabled: true,
      permittedNumberOfCallsInHalfOpenState: 2,
    });
    at(0, () => {
      for (const one of [1, 2]) {
        expect(gate.lets(one, 0)).toBe(true);
        gate.ended(one, OUTCOME.serverError);
      }
      for (const who of [7, 8, 9]) gate.wait(who);
    });
    at(260, () => {
      expect(told).toEqual(['250 resume 7', '250 resume 8']);
      for (const who of [7, 8]) expect(gate.lets(who, who)).toBe(true);
      gate.ended(7, OUTCOME.ok);
    });
    at(400, () => gate.ended(8, OUTCOME.ok));
    run();
    expect(told).toEqual(['250 resume 7', '250 resume 8', '400 resume 9']);
  });
});
