import { phaseOf } from '../../src/model/resources/discovery/phases.js';
import { JOURNAL, REGISTRY_EVENT } from '../../src/contracts/record/record.js';
import { golden, metered } from './tracing.js';
import type { Traced } from './tracing.js';

export const SECOND = 1e9;

/** An event of a registry: its time in ns, the instance, and its name. */
export type Entry = readonly [atNs: number, instance: string, event: string];

/** The events of the registries in the first run. */
export function entriesOf({ ran }: Traced): readonly Entry[] {
  const plan = ran.plans[0]!;
  const { timeNs, kind, subject, value } = ran.records[0]![0]!.journal;
  return [...timeNs].flatMap((at, k): Entry[] => {
    if (kind[k] !== JOURNAL.registry) return [];
    const { component, index } = plan.instances[subject[k]!]!;
    const event = Object.entries(REGISTRY_EVENT).find(([, id]) => id === value[k])![0];
    return [[at, `${plan.components[component]!.name}[${index}]`, event]];
  });
}

/** The drawn phase of a timer in the first run. */
export function phase({ ran }: Traced, name: string, index: number, intervalNs: number): number {
  const { replication } = ran.records[0]![0]!;
  return phaseOf({ plan: ran.plans[0]!, replication }, name, index, intervalNs);
}

/** The first time of a timer from `fromNs` on: its phase plus a multiple of its interval. */
export function next(phaseNs: number, intervalNs: number, fromNs: number): number {
  return phaseNs + Math.max(0, Math.ceil((fromNs - phaseNs) / intervalNs)) * intervalNs;
}

export const ns = (time: number): string => `${time}ns`;

/** Calls of `s` at these times, in ns, while `fault` acts. */
export function called(
  registry: string,
  service: string,
  at: readonly number[],
  faults: string,
  length = '18m',
): Traced {
  return golden(
    `
registries: { reg: { ${registry} } }
services: { s: { ${service}, endpoints: { serve: [ wait: 1ms ] } } }
workloads: { users: { arrivals: { at: [ ${at.map(ns).join(', ')} ] }, requests: [ { call: s } ] } }
faults: [ ${faults} ]
`,
    length,
  );
}

export const stale = (traced: Traced): number => metered(traced, 'staleCalls', 's');
