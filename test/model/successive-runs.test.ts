import { describe, expect, it } from 'vitest';
import { engine } from '../../src/kernel/engine.js';
import { frames } from '../../src/model/data/strands/frames.js';
import { rehearse } from '../../src/model/rehearsal.js';
import { simulate } from '../../src/model/simulate.js';
import { strands } from '../../src/model/data/strands/strands.js';
import * as registry from '../../src/patterns/registry.js';
import { compile } from '../../src/plan/compile.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import { load } from '../theory/program.js';

/** Two services, the second of which hangs for a while: requests that arrive meanwhile accumulate. */
const piling = (rate: number, services: number): string => `
faultline: 1
title: A pile
run: { duration: 12s, warmup: 1s, drain: 30s, seed: 5 }
services:
  front: { runtime: async, concurrency: 200000, queue: { capacity: 200000 }, outbound: { back: { retry: { attempts: 2 }, timeout: 20s } }, endpoints: { go: [ call: back.go ] } }
  back: { concurrency: 20, queue: { capacity: 200000 }, endpoints: { go: [ wait: exponential(1ms) ] } }
${Array.from({ length: services }, (_, k) => `  spare${k}: { endpoints: { go: [ work: 1ms ] } }`).join('\n')}
workloads:
  users: { arrivals: poisson(${rate}/s), patience: 60s, requests: [ { call: front.go } ] }
faults: [ { id: hang, kind: hang, target: back, at: 3s, for: 6s } ]
`;

function run(text: string): RunRecord {
  const file = load(text);
  return simulate(compile(file.variants[0]!, file), 0, registry, {});
}

describe('runs of one thread, one after the other', () => {
  it('know nothing of each other, whatever had to grow meanwhile', () => {
    const small = piling(200, 0);
    const large = piling(5000, 30);
    const alone = run(small);
    const between = run(large);
    expect(strands.slots.peak).toBeGreaterThan(40_000);
    expect(frames.slots.peak).toBeGreaterThan(20_000);
    expect(strands.slots.hasGrown && frames.slots.hasGrown).toBe(true);
    expect(run(small)).toEqual(alone);
    expect(strands.slots.hasGrown || frames.slots.hasGrown).toBe(false);
    expect(strands.stamp.length).toBe(strands.slots.capacity);
    expect(run(large)).toEqual(between);
  });

  it('know nothing of a rehearsal', () => {
    const small = piling(200, 0);
    const alone = run(small);
    rehearse();
    expect(engine.pending).toBe(0);
    expect([strands.slots.used, frames.slots.used]).toEqual([0, 0]);
    expect(run(small)).toEqual(alone);
  });

  it('are refused while another is in progress, which continues unharmed', () => {
    const file = load(piling(200, 0));
    const plan = compile(file.variants[0]!, file);
    const traces = (inside: () => void): [RunRecord, number] => {
      let rows = 0;
      const record = simulate(plan, 0, registry, {
        traceSink: (batch) => {
          rows += batch.rows;
          inside();
        },
      });
      return [record, rows];
    };
    const alone = traces(() => undefined);
    let refusals = 0;
    const around = traces(() => {
      expect(() => simulate(plan, 1, registry)).toThrow(/already running in this thread/);
      refusals++;
    });
    expect(refusals).toBeGreaterThan(0);
    expect(around).toEqual(alone);
  });

  it('start fresh after one that was stopped in the middle', () => {
    const text = piling(200, 0);
    const alone = run(text);
    const file = load(text);
    const plan = compile(file.variants[0]!, file);
    const stopped = simulate(plan, 0, registry, {
      prepare: () =>
        engine.at(
          4e9,
          0,
          engine.define('stop', () => engine.halt()),
          0,
          0,
          0,
        ),
    });
    expect(engine.pending).toBeGreaterThan(0);
    expect(stopped.totals.events).toBeLessThan(alone.totals.events);
    const broken = simulate.bind(null, plan, 0, registry, {
      prepare: () =>
        engine.at(
          5e9,
          0,
          engine.define('break', () => {
            throw new Error('in the middle');
          }),
          0,
          0,
          0,
        ),
    });
    expect(broken).toThrow('in the middle');
    expect(run(text)).toEqual(alone);
  });
});
