import type { CascadeEvent } from '../../contracts/result/cascade.js';

/** How the report shows events of a kind. */
interface EventLook {
  /** After the subject. */
  readonly verb: string;
  /** The same of a subject that still responds, but late. */
  readonly late?: string;
  readonly tone: 'calm' | 'mild' | 'bad' | 'worst';
  /** Of several events of one subject the chain shows the one with the largest weight; the default is 2. */
  readonly weight?: number;
}

/** The looks of all kinds of events. */
export const EVENT_LOOKS: Readonly<Record<CascadeEvent['kind'], EventLook>> = {
  fault: { verb: '', tone: 'worst' },
  faultEnd: { verb: '', tone: 'calm' },
  saturated: { verb: 'saturates', tone: 'worst', weight: 3 },
  degraded: { verb: 'degrades', late: 'gets slower', tone: 'mild', weight: 0 },
  failing: { verb: 'fails in part', late: 'gets far too slow', tone: 'bad', weight: 1 },
  down: { verb: 'fails', late: 'gets far too slow', tone: 'worst' },
  breakerOpen: { verb: 'opens', tone: 'mild' },
  breakerClosed: { verb: 'closes', tone: 'calm' },
  ejected: { verb: 'ejects', tone: 'mild' },
  unready: { verb: 'goes off the lists', tone: 'mild', weight: 2.5 },
  unlisted: { verb: 'loses entries', tone: 'mild' },
  registry: { verb: 'changes', tone: 'mild' },
  registryBack: { verb: 'changes', tone: 'calm' },
  rollout: { verb: 'changes its version', tone: 'calm' },
  scaledUp: { verb: 'scales up', tone: 'calm' },
  scaledDown: { verb: 'scales down', tone: 'calm' },
  pending: { verb: 'waits for room', tone: 'mild' },
  node: { verb: 'changes', tone: 'calm' },
  nodeLost: { verb: 'changes', tone: 'mild' },
  kept: { verb: 'keeps instances', tone: 'mild' },
  replay: { verb: 'is reset', tone: 'calm' },
  backlog: { verb: 'falls behind', tone: 'mild' },
  poolFull: { verb: 'runs out of connections', tone: 'bad' },
  blocked: { verb: 'blocks publishers', tone: 'bad' },
  killed: { verb: 'dies', tone: 'worst', weight: 4 },
  stale: { verb: 'answers with old values', tone: 'mild' },
  unsettled: { verb: 'does not end well', tone: 'bad' },
  cancelled: { verb: 'is undone more often', tone: 'mild' },
  lost: { verb: 'loses messages', tone: 'bad', weight: 3 },
  lostCommits: { verb: 'loses commits', tone: 'bad', weight: 3 },
  repeated: { verb: 'repeats effects', tone: 'bad' },
  deadLettered: { verb: 'gives messages up', tone: 'mild' },
  doneTwice: { verb: 'repeats work', tone: 'mild' },
  promoted: { verb: 'fails over', tone: 'calm' },
  returned: { verb: 'takes all back', tone: 'calm' },
  recovered: { verb: 'recovers', tone: 'calm' },
  notRecovered: { verb: 'does not recover', tone: 'bad' },
};

/** Whether a subject degrades because its responses come late, not because they fail. */
export function isLate({ figure }: Pick<CascadeEvent, 'figure'>): boolean {
  return figure?.metric === 'latency' || figure?.metric === 'goodput';
}
