import { expect } from 'vitest';
import { EDGE_COUNTER, EDGE_COUNTERS } from '../../src/contracts/patterns/policy.js';
import type { EdgeCounter } from '../../src/contracts/patterns/policy.js';
import type { Ran, Row } from '../theory/program.js';
import { traceOf } from '../theory/program.js';

/** A run with every attempt on record; times in ms after the warm-up. */
export interface Traced {
  readonly ran: Ran;
  readonly rows: readonly Row[];
  /** Requests of the workloads, by arrival. */
  readonly requests: readonly Row[];
  /** Attempts at a part, `shop.buy`, by the time of sending. */
  at(part: string): readonly Row[];
}

/** Runs a scenario given without its `run` section. */
export function golden(body: string, length = '1h'): Traced {
  const { ran, rows } = traceOf(`
faultline: 1
title: Worked by hand
run: { duration: ${length} }
${body}`);
  const stops = ran.records.flat().map(({ stop }) => stop);
  expect(stops.filter((stop) => stop !== 'horizon' && stop !== 'drained')).toEqual([]);
  return {
    ran,
    rows,
    requests: rows.filter(({ parent }) => parent < 0),
    at: (part) => rows.filter((row) => row.part === part && row.parent >= 0),
  };
}

export const latencies = (rows: readonly Row[]): number[] =>
  rows.map(({ sent, answered }) => answered - sent);
export const outcomes = (rows: readonly Row[]): string[] => rows.map(({ outcome }) => outcome);
export const begun = (rows: readonly Row[]): number[] => rows.map(({ begun }) => begun);
export const ended = (rows: readonly Row[]): number[] => rows.map(({ ended }) => ended);
export const sent = (rows: readonly Row[]): number[] => rows.map((row) => row.sent);
export const answered = (rows: readonly Row[]): number[] => rows.map((row) => row.answered);

/** `0s, 1s, ...`: instants from `from` to `to`, both included. */
export function instants(from: number, to: number, step: number, unit: string): string {
  const list: string[] = [];
  for (let at = from; at <= to; at += step) list.push(`${at}${unit}`);
  return list.join(', ');
}

/** The same instant, this number of times. */
export const times = (count: number, instant: string): string =>
  Array.from({ length: count }, () => instant).join(', ');

/** One service `s` and one workload with a bundle; `service` has its other fields. */
export const single = (
  service: string,
  steps: string,
  at: string,
  policy: string,
  more = '',
): string => `
services:
  s: { ${service}endpoints: { serve: [ ${steps} ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: s } ], policy: ${policy} }
${more}`;

/** A counter over all edges of the first run of the first variant. */
export function counted({ ran }: Traced, counter: EdgeCounter): number {
  let sum = 0;
  for (const { counters } of ran.records[0]![0]!.edges) {
    for (let at = EDGE_COUNTER[counter]; at < counters.length; at += EDGE_COUNTERS.length) {
      sum += counters[at]!;
    }
  }
  return sum;
}

/**
 * Value of a meter in the first run of the first variant, for a part or a component: its own, else the sum of its
 * parts.
 */
export function metered({ ran }: Traced, name: string, subject: string): number {
  const plan = ran.plans[0]!;
  const record = ran.records[0]![0]!;
  const [component, part] = subject.split('.');
  let sum = 0;
  const all = record.meters.filter(
    (meter) => meter.name === name && plan.components[meter.component]!.name === component,
  );
  const own = all.filter((meter) => meter.part < 0);
  for (const meter of part === undefined && own.length > 0 ? own : all) {
    if (part !== undefined && plan.parts[meter.part]?.name !== part) continue;
    if (meter.form === 'counter') for (const count of meter.counts) sum += count;
  }
  return sum;
}
