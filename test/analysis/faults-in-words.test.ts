import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';
import {
  conditionStarts,
  laterOf,
  openWords,
  startingFaults,
  worseWords,
} from '../../src/analysis/story/cause-words.js';
import { proven } from '../../src/analysis/story/proof.js';
import type { StoryEvent } from '../../src/contracts/result/cascade.js';
import type { KnownCause } from '../../src/contracts/result/cause.js';
import type {
  Counterfactuals,
  CounterfactualFault,
} from '../../src/contracts/result/counterfactual.js';
import type { Story } from '../../src/analysis/measure/story.js';

const cause = (id: string, own: Partial<KnownCause> = {}): KnownCause => ({
  kind: 'fault',
  subject: id,
  fault: id,
  role: 'cause',
  at: 10,
  until: 20,
  text: `${id} strikes`,
  value: null,
  unit: null,
  mechanism: 'crash',
  evidence: '',
  share: 1,
  known: 'likely',
  ...own,
});

const strikes = (id: string, at: number): StoryEvent => ({
  at,
  kind: 'fault',
  subject: id,
  cause: null,
  mechanism: 'crash',
  text: `${id} strikes`,
});

const EARLY = strikes('early', 10);
const LATE = strikes('late', 30);
const FAULTS = [EARLY, LATE];

describe('the faults of an account', () => {
  it('begin it if they are causes; one of unknown part comes at the end', () => {
    const told = { causes: [cause('late')], innocent: [], events: FAULTS };
    expect(startingFaults(told, FAULTS)).toEqual([LATE]);
    expect(openWords(told, FAULTS)).toBe(
      ' The runs do not show whether “early strikes” at 10 s has a part.',
    );
  });

  it('begin it if none is known to be a cause', () => {
    const told = { causes: [], innocent: [{ fault: 'late' }], events: FAULTS };
    expect(startingFaults(told, FAULTS)).toEqual([EARLY]);
    expect(openWords(told, FAULTS)).toBe('');
  });

  it('come at its end with a small part, unless little is lost', () => {
    const causes = [cause('early', { share: 0.03 }), cause('late', { share: 0.97 })];
    const told = { causes, innocent: [], events: FAULTS };
    expect(laterOf(told)).toEqual([causes[0]]);
    expect(startingFaults(told, FAULTS)).toEqual([LATE]);
    expect(startingFaults(told, FAULTS, true)).toEqual(FAULTS);
    expect(worseWords(told)).toBe(
      ' early strikes at 10 s has a small part: 3 % of the failed and slow requests come with it (likely).',
    );
  });

  it('come after a load that grows at the same instant', () => {
    const full = cause('shop', { kind: 'capacity', fault: undefined, text: 'shop is full' });
    const load = cause('users', {
      kind: 'load',
      fault: undefined,
      text: 'the load grows',
      unit: 'times',
      share: 0,
    });
    const starts = conditionStarts({ causes: [full, load], innocent: [], events: [] });
    expect(starts.map(({ text }) => text)).toEqual([
      'the load grows at 10 s',
      'shop is full at 10 s',
    ]);
  });
});

const row = (fault: string, own: Partial<CounterfactualFault>): CounterfactualFault => ({
  fault,
  role: 'cause',
  without: null,
  alone: null,
  averted: { value: 0, ci95: null, each: [] },
  share: null,
  ...own,
});

/** The account takes each of the two faults for one half of the cause. */
const HALVES = {
  causes: [cause('early', { share: 0.5 }), cause('late', { at: 30, share: 0.5 })],
  innocent: [],
  events: FAULTS,
} as unknown as Story;

describe('a fault with a small part by proof', () => {
  it('makes it worse, with the share that is not there without it', () => {
    const averted = { value: 30, ci95: null, each: [30] };
    const proof = {
      harm: 1000,
      background: 0,
      faults: [row('early', { share: 960 }), row('late', { role: 'part', averted, share: 40 })],
      interventions: [],
    } as unknown as Counterfactuals;
    const [{ causes }] = proven([HALVES], proof);
    expect(causes[1]!.averted).toBe(0.03);
    expect(causes.map(({ fault, role, share }) => [fault, role, share])).toEqual([
      ['early', 'cause', 0.96],
      ['late', 'amplifier', 0.04],
    ]);
  });
});

describe('a fault without which most of the harm is gone, and that alone does none', () => {
  const rolesOf = (others: CounterfactualFault): unknown => {
    const averted = { value: 990, ci95: null, each: [990] };
    const proof = {
      harm: 1000,
      background: 0,
      faults: [row('early', { role: 'amplifier', averted, alone: 0, without: 10 }), others],
      interventions: [],
    } as unknown as Counterfactuals;
    return proven([HALVES], proof)[0]!.causes.map(({ fault, role }) => [fault, role]);
  };

  it('is a cause beside others that have not run', () => {
    expect(rolesOf(row('late', { role: 'undecided' }))).toEqual([
      ['early', 'cause'],
      ['late', 'cause'],
    ]);
  });

  it('makes worse what another one causes', () => {
    const averted = { value: 600, ci95: null, each: [600] };
    expect(rolesOf(row('late', { averted, alone: 500, without: 400 }))).toEqual([
      ['early', 'amplifier'],
      ['late', 'cause'],
    ]);
  });
});

describe('the outage of a zone', () => {
  const faultOf = (replicas: number): StoryEvent =>
    run(`
faultline: 1
title: One zone of two
run: { duration: 20s, warmup: 2s, seed: 1 }
network: { zones: { a: {}, b: {} } }
services:
  door: { replicas: ${replicas}, endpoints: { open: [ call: room.enter ] } }
  room: { replicas: 2, endpoints: { enter: [ wait: 5ms ] } }
workloads: { users: { arrivals: poisson(20/s), requests: [ { call: door.open } ] } }
faults: [ { id: out, kind: zoneOutage, target: a, at: 5s, for: 5s } ]
`)
      .variant()
      .cascade.events.find(({ kind }) => kind === 'fault')!;

  it('names what has no instance in another zone', () => {
    expect(faultOf(1)).toMatchObject({ takes: ['door'], detail: 'door has no instance elsewhere' });
    expect(faultOf(2)).not.toHaveProperty('takes');
    expect(faultOf(2)).not.toHaveProperty('detail');
  });
});
