import type { Ns } from '../../kernel/time.js';
import type { Instance } from '../instance.js';

/** Numbers of a range in a batch. */
export const RANGE = 3;

/** One member of a group: a thread of an instance that polls, handles record after record, and commits. */
export interface Member {
  readonly index: number;
  readonly instance: Instance;
  /** Logs it reads, in order. */
  assigned: number[];
  /** Raised when its process dies: what was under way is not its own any more. */
  epoch: number;
  /** True while it waits in a poll. */
  idle: boolean;
  /** Whether the group counts it as a member; what it still handles otherwise cannot be committed. */
  inGroup: boolean;
  /** A rebalance wants it to join again with its next poll. */
  called: boolean;
  /** It has joined the rebalance that goes on. */
  joined: boolean;
  /** It gets no records until the assignment stands. */
  blocked: boolean;
  /** Logs that it gives up with its next poll. */
  readonly losing: number[];
  /** First heartbeat, and last poll. */
  since: Ns;
  polled: Ns;
  /** A timer looks after its polls. */
  watched: boolean;
  /** Records of the last poll: log and offsets [from, to), RANGE numbers each, and the one it is at. */
  readonly batch: number[];
  at: number;
  /** Records of the run of the handler that is under way. */
  run: number;
  /** Which of its logs the next poll begins with. */
  turn: number;
  /** Tries of the run under way. */
  tries: number;
  /** When the run under way began. */
  began: Ns;
  /** A breaker keeps it from handling: it polls, and gets no records. */
  paused: boolean;
  /** Its process is about to end: it leaves when nothing is in hand. */
  closing: boolean;
  /** Log and offset of the record at which it was paused, and its tries so far; 1 = nothing to remember. */
  readonly kept: [log: number, offset: number, tries: number];
  /** Of `auto`: when it commits next, and whether that is scheduled in case it waits then. */
  commits: Ns;
  scheduled: boolean;
  /** Of `transactional`: records handled, and those that it goes on without: log, offset and message of each. */
  readonly effects: number[];
  readonly left: number[];
  /** What was published: pairs of topic and message. */
  readonly outputs: number[];
  /** How much of that was there before the try under way. */
  sure: number;
}

/** A member that waits for its first poll. */
export function newMember(index: number, instance: Instance): Member {
  return {
    index,
    instance,
    assigned: [],
    epoch: 0,
    idle: true,
    inGroup: true,
    called: false,
    joined: false,
    blocked: false,
    losing: [],
    since: 0,
    polled: 0,
    watched: false,
    batch: [],
    at: 0,
    run: 0,
    turn: 0,
    tries: 1,
    began: 0,
    paused: false,
    closing: false,
    kept: [0, 0, 1],
    commits: 0,
    scheduled: false,
    effects: [],
    outputs: [],
    left: [],
    sure: 0,
  };
}

/** Logs of a batch. */
export function logsOf(batch: readonly number[]): readonly number[] {
  return batch.filter((_, k) => k % RANGE === 0);
}
