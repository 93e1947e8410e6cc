import { describe, expect, it } from 'vitest';
import { columnOf, outcomeTable, sharedSeries } from '../../src/analysis/measure/step-columns.js';
import { stepsOf } from '../../src/analysis/measure/steps.js';
import { variantData } from '../../src/analysis/measure/variant-data.js';
import { wholeRun } from '../../src/analysis/measure/window.js';
import { sceneOf } from '../../src/analysis/story/cascade.js';
import { summarise } from '../../src/analysis/summarise.js';
import { compile } from '../../src/plan/compile.js';
import { runHere } from '../../src/run/here.js';
import { OUTCOME_KINDS } from '../../src/contracts/outcome.js';
import { load } from '../theory/program.js';

/** A front that calls one service, and 20 pairs of services that no request reaches. */
const PAIRS = Array.from({ length: 20 }, (_, k) => k);
const FILE = load(`faultline: 1
title: idle pairs
run: { duration: 10s }
services:
  front: { endpoints: { get: [ work: 1ms, call: back.get ] } }
  back: { endpoints: { get: [ work: 1ms ] } }
${PAIRS.map(
  (k) => `  a${k}: { endpoints: { get: [ work: 1ms, call: b${k}.get ] } }
  b${k}: { endpoints: { get: [ work: 1ms ] } }`,
).join('\n')}
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: front.get } ] }
`);
const [VARIANT] = FILE.variants;
const PLAN = compile(VARIANT, FILE);
const STEPS = stepsOf(PLAN);
const [RECORDS] = runHere([PLAN], 1);

const isIdle = (name: string): boolean => /^[ab]\d/.test(name);

describe('columns by step', () => {
  it('are one for all services and calls that no request reaches', () => {
    const data = variantData(VARIANT, PLAN, RECORDS, wholeRun(PLAN));
    const { lanes, links } = sceneOf(data, RECORDS[0]);
    const idle = links.filter(({ caller }) => isIdle(caller.name));
    expect(idle).toHaveLength(20);
    const counts = idle.flatMap(({ made, sent, retried, hedged, inFlight, waiting }) => [
      ...[made, sent, retried, hedged, inFlight, waiting],
    ]);
    const unused = lanes.filter(({ name }) => isIdle(name));
    expect(unused).toHaveLength(40);
    const levels = unused.flatMap(({ arrivals, good, errors, shed, busy, queue, queueMax }) => [
      ...[arrivals, good, errors, shed, busy, queue, queueMax],
    ]);
    expect(new Set([...counts, ...levels]).size).toBe(1);
    expect(new Set(idle.flatMap(({ calls, attempts }) => [calls, attempts])).size).toBe(1);
    expect(new Set(unused.flatMap(({ up, there }) => [up, there])).size).toBe(1);
  });

  it('are one in the timeline of a result, too', () => {
    const { series, edges } = summarise(FILE, [PLAN], [RECORDS], 'test').variants[0].timeline;
    const unused = Object.keys(series).filter(isIdle);
    expect(unused).toHaveLength(40);
    const levels = unused.flatMap((name) => {
      const { rate, goodRate, inFlight, busy, queue } = series[name];
      return [rate, goodRate, inFlight, busy, queue];
    });
    const ofEdges = Object.keys(edges)
      .filter(isIdle)
      .flatMap((name) => [edges[name].calls, edges[name].attempts, edges[name].inFlight]);
    expect(ofEdges).toHaveLength(60);
    expect(new Set([...levels, ...ofEdges]).size).toBe(1);
    const unknown = unused.flatMap((name) => {
      const { success, successBand, p50, p99 } = series[name];
      return [success, successBand, p50, p99];
    });
    expect(new Set<unknown>(unknown).size).toBe(1);
  });

  it('are their own where a value differs', () => {
    const rising = (): Float64Array => columnOf(STEPS, (column) => void (column[1] = 1));
    expect([...rising().subarray(0, 3)]).toEqual([0, 1, 0]);
    expect(rising()).not.toBe(rising());
    const unknown = (): Float64Array => columnOf(STEPS, (column) => void column.fill(NaN));
    expect(unknown()).toBe(unknown());
    expect(unknown().every(Number.isNaN)).toBe(true);
    expect(() => columnOf(STEPS, () => void rising())).toThrow('column-in-column');
    const values = Array.from({ length: STEPS.count }, (_, step) => (step === 1 ? null : 0));
    expect(sharedSeries(STEPS, values)).toBe(values);
  });
});

describe('a table of outcomes', () => {
  it.each([
    [0, Uint8Array],
    [255, Uint8Array],
    [256, Uint16Array],
    [65_535, Uint16Array],
    [65_536, Float64Array],
    [2 ** 40, Float64Array],
  ])('with at most %d is as narrow as its counts', (most, type) => {
    const table = outcomeTable(STEPS, (counts) => void (counts[OUTCOME_KINDS] = most));
    expect(table).toBeInstanceOf(type);
    expect(table).toHaveLength(STEPS.count * OUTCOME_KINDS);
    expect([table[0], table[OUTCOME_KINDS], table[OUTCOME_KINDS + 1]]).toEqual([0, most, 0]);
  });
});
