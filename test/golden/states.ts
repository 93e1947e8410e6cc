import { INSTANCE_STATE, JOURNAL } from '../../src/contracts/record/record.js';
import type { Traced } from './tracing.js';

const WORDS = Object.entries(INSTANCE_STATE);

/** State changes of the processes in the first run, with the second: `up 12`. `endings` shows how they ended. */
export const states = (traced: Traced, replica = 0, component = 's'): readonly string[] =>
  told(traced, replica, component).filter((state) => !/^(drained|killed)/.test(state));

/** How a process with a stop order ended: `drained 12`. */
export const endings = (traced: Traced, replica = 0, component = 's'): readonly string[] =>
  told(traced, replica, component).filter((state) => /^(drained|killed)/.test(state));

function told({ ran }: Traced, replica: number, component: string): readonly string[] {
  const instance =
    ran.plans[0]!.components.find(({ name }) => name === component)!.firstInstance + replica;
  const { timeNs, kind, subject, value } = ran.records[0]![0]!.journal;
  const words: string[] = [];
  for (let i = 0; i < timeNs.length; i++) {
    if (kind[i] !== JOURNAL.instance || subject[i] !== instance) continue;
    const [word] = WORDS.find(([, state]) => state === value[i])!;
    words.push(`${word} ${Math.round(timeNs[i]! / 1e6) / 1e3}`);
  }
  return words;
}
