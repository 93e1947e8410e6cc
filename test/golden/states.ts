import { INSTANCE_STATE, JOURNAL } from '../../src/spec/record.js';
import type { Traced } from './tracing.js';

const WORDS = Object.entries(INSTANCE_STATE);

/** `up 12`: what happened to the processes of the first run, with the second. */
export function states({ ran }: Traced, replica = 0, component = 's'): readonly string[] {
  const instance =
    ran.plans[0]!.components.find(({ name }) => name === component)!.firstInstance + replica;
  const { timeNs, kind, subject, value } = ran.records[0]![0]!.journal;
  const told: string[] = [];
  for (let i = 0; i < timeNs.length; i++) {
    if (kind[i] !== JOURNAL.instance || subject[i] !== instance) continue;
    const [word] = WORDS.find(([, state]) => state === value[i])!;
    told.push(`${word} ${Math.round(timeNs[i]! / 1e6) / 1e3}`);
  }
  return told;
}
