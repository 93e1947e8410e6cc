import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDocument, visit } from 'yaml';
import { loadScenario } from '../../src/scenario/load.js';
import type { ReadFile } from '../../src/scenario/load.js';
import { load } from './support.js';

/** Line, code and message of every problem. */
function told(text: string): string[] {
  return load(text).problems.map(({ line, code, message }) => `${line} ${code} ${message}`);
}

const WRONG = `faultline: 2
title: many mistakes
run: { duration: 60 }
services:
  shop:
    replicas: -1
    endpoints:
      order: [ { work: 5 }, { call: paymets.pay, tiemout: 5s } ]
  payments: { endpoints: { pay: { steps: [ work: 5ms ], limit: no } } }
workloads:
  users: { arrivals: lots, requests: [ { call: shop.ordr, weight: -1 } ] }
faults:
  - { id: gone, kind: crsh, target: shop, at: 10s }
  - { id: off, kind: crash, target: paymnts, at: soon }
budgets:
  - users.succes >= 99%
  - usrs.success >= 99%
  - shop.latency.p99 < 300 parsecs
  - p99 < 300ms
  - users.success >= 99% after off
hypothesis: { statement: 5, expect: [ payments.latncy.p99 < 1s ] }
`;

describe('a file that is wrong in every way', () => {
  it('gets names and budgets in addition to values that cannot be read', () => {
    expect(told(WRONG).map((line) => line.slice(0, 78))).toEqual([
      '1 FL206 must be 1, got 2',
      '3 FL205 60 what? write 60s or 60ms',
      '6 FL205 must be a whole number from 0 to 100000, got -1',
      '8 FL205 5 what? write 5s or 5ms',
      '8 FL404 there is no component paymets',
      '8 FL201 unknown key tiemout',
      '9 FL201 unknown key limit',
      '11 FL206 must be one of poisson constant stages sinusoid burst renewal at trac',
      '11 FL404 shop has no endpoint ordr; it has order',
      '11 FL204 must be above 0, got -1',
      '13 FL206 must be one of abort bandwidth certExpiry change clockSkew connection',
      '14 FL404 there is no component paymnts',
      '14 FL205 soon is no duration: write 15ms, 1.5s or 2m',
      '16 FL502 unknown metric succes',
      '17 FL502 unknown component usrs',
      '18 FL501 parsecs is neither a unit nor a clause',
      '19 FL501 latency.p99 of what? For example, users.latency.p99',
      '21 FL204 must be text, got 5',
      '21 FL502 unknown part payments.latncy',
    ]);
  });
});

describe('a fault that is wrong', () => {
  it('hides nothing of the others', () => {
    const faults = (first: string): string => `faultline: 1
title: Faults
run: { duration: 20s }
services: { a: { endpoints: { x: [ wait: 5ms ] } } }
workloads: { w: { arrivals: constant(1/s), requests: [ { call: a.x } ] } }
faults:
  - { id: one, kind: ${first}, target: a, at: 5s, for: 1s }
  - { id: two, kind: crash, target: a, at: 50s, for: 1s }
  - { id: three, kind: crash, target: a, after: one, for: 1s }
  - { id: two, kind: crash, target: z, at: 1s, for: 1s }
`;
    const others = [
      '8 FL410 starts at 50s, but the run ends at 20s',
      '10 FL402 duplicate id two: another fault has it',
      '10 FL404 there is no component z',
    ];
    expect(told(faults('crash'))).toEqual(others);
    expect(told(faults('crsh')).slice(1)).toEqual(others);
    expect(told(faults('crsh'))[0]).toContain('7 FL206');
  });
});

/** Files with sections, references and variants of all sorts. */
const SOUND = ['first', 'release-gate', 'cqrs-event-sourcing', 'patterns/zones'];

/** Values that cannot be read in any place of a file. */
const NONSENSE = ['"@@ bad"', '-1', '[[1]]'];

describe('a file with one mistake', () => {
  it.each(SOUND)('has no other, wherever it is in %s', (name) => {
    const path = `scenarios/${name}.yaml`;
    const text = readFileSync(path, 'utf8');
    const others: string[] = [];
    let mistakes = 0;
    for (const { start, end, isKey } of scalarsOf(text)) {
      const words = isKey ? ['zzqqx'] : NONSENSE;
      const word = words[mistakes % words.length];
      const wrong = `${text.slice(0, start)}${word}${text.slice(end)}`;
      const read = (asked: string): ReturnType<ReadFile> =>
        asked === path ? { text: wrong } : { text: readFileSync(asked, 'utf8') };
      const { problems } = loadScenario(path, read);
      const line = text.slice(0, start).split('\n').length;
      // Names, and words that patches take for names, may be chosen otherwise.
      if (!problems.some((one) => one.line === line && one.code.startsWith('FL2'))) continue;
      mistakes++;
      for (const one of problems) {
        if (one.line !== line && /^FL[45]/.test(one.code)) {
          others.push(`${line} ${word}: ${one.line} ${one.code} ${one.message}`);
        }
      }
    }
    expect(others).toEqual([]);
    expect(mistakes).toBeGreaterThan(20);
  });
});

function scalarsOf(text: string): { start: number; end: number; isKey: boolean }[] {
  const found: { start: number; end: number; isKey: boolean }[] = [];
  visit(parseDocument(text), {
    Scalar: (key, { range }) => {
      if (range) found.push({ start: range[0], end: range[1], isKey: key === 'key' });
    },
  });
  return found;
}

describe('one mistake', () => {
  const around = (run: string, workload: string, budgets: string): string => `faultline: 1
title: one mistake
run: { duration: ${run} }
services: { a: { endpoints: { x: [ wait: 1ms ] } } }
workloads: { ${workload} }
budgets: [ ${budgets} ]
`;
  const request = 'requests: [ { call: a.x } ]';

  it('of a workload leaves what budgets say of it', () => {
    const workload = `d: { arrivals: poisson(10/s), patience: 15, ${request} }`;
    expect(told(around('60s', workload, 'd.success >= 99%, d.success >= 99% during nope'))).toEqual(
      ['5 FL205 15 what? write 15s or 15ms', '6 FL502 unknown fault nope'],
    );
  });

  it('in a name of one letter makes no budget wrong that speaks of it', () => {
    const workload = `d: { arrivals: lots, ${request} }`;
    expect(told(around('60s', workload, 'd.success >= 99%')).map((one) => one.slice(0, 7))).toEqual(
      ['5 FL206'],
    );
  });

  it('of a name that is taken is not reported again for its calls', () => {
    const workload = `a: { arrivals: poisson(10/s), ${request} }`;
    expect(told(around('60s', workload, 'a.success >= 99%'))).toEqual([
      '5 FL402 duplicate name a: it is already used in services, and names must be unique across sections',
    ]);
  });

  it('of an invalid number is reported once', () => {
    const workload = `d: { arrivals: poisson(10/s), ${request} }`;
    expect(told(around('.nan', workload, 'd.success >= 99%'))).toEqual([
      '3 FL204 NaN is not allowed as a number',
    ]);
  });

  it('is a limit below 0, which always or never holds', () => {
    const workload = `d: { arrivals: poisson(10/s), ${request} }`;
    const budgets = 'd.success >= -3%, d.latency.p99 < -5ms, d.success >= 0%';
    expect(told(around('60s', workload, budgets))).toEqual([
      '6 FL502 success is never below 0',
      '6 FL502 latency is never below 0',
    ]);
  });
});
