import { FROZEN } from '../../data/instances/process.js';
import type { Ns } from '../../../kernel/time.js';
import type { SharedThread } from './shared-thread.js';
import type { Instance } from '../../data/instances/instance.js';

/** Numbers per range in a batch. */
export const RANGE = 3;

/** One member of a group: a thread of an instance that polls, handles record after record, and commits. */
export interface Member {
  readonly index: number;
  readonly instance: Instance;
  /** Logs that it reads, in order. */
  assigned: number[];
  /** Raised when its process dies, so that events of its earlier life no longer apply to it. */
  epoch: number;
  /** It waits in a poll. */
  idle: boolean;
  /** The group counts it as a member. A non-member may still handle records, but cannot commit them. */
  inGroup: boolean;
  /** It must rejoin with its next poll, because a rebalance has started. */
  called: boolean;
  /** It has joined the current rebalance. */
  joined: boolean;
  /** It gets no records until the rebalance has assigned partitions. */
  blocked: boolean;
  /** Partitions that it gives up with its next poll. */
  readonly losing: number[];
  /** First heartbeat, and last poll. */
  since: Ns;
  polled: Ns;
  /** A timer watches its poll interval. */
  watched: boolean;
  /** Records of the last poll as ranges of RANGE numbers each: log and offsets [from, to). `at`: the current range. */
  readonly batch: number[];
  at: number;
  /** Records in the current run of the handler. */
  run: number;
  /** Rotates the log with which the next poll starts. */
  turn: number;
  /** Number of the current try. */
  tries: number;
  /** Start of the current run. */
  began: Ns;
  /** Paused by a breaker: it polls, but gets no records. */
  paused: boolean;
  /** Its process is about to end: it leaves the group once it has handled its records. */
  closing: boolean;
  /** Log and offset of the record at which it was paused, and the number of its try; 1 = nothing to remember. */
  readonly kept: [log: number, offset: number, tries: number];
  /** For `auto`: time of the next commit, and whether a timer is set for it in case the member is idle by then. */
  commits: Ns;
  scheduled: boolean;
  /** For `transactional`: records handled and records skipped, as log, offset and message each. */
  readonly effects: number[];
  readonly left: number[];
  /** Messages published in the transaction: pairs of topic and message. */
  readonly outputs: number[];
  /** Length of `outputs` before the current try. */
  sure: number;
  /** The thread that it shares with members of other topics, and its number there; null = it has its own. */
  thread: SharedThread | null;
  user: number;
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
    thread: null,
    user: 0,
  };
}

/** Logs of a batch. */
export function logsOf(batch: readonly number[]): readonly number[] {
  return batch.filter((_, k) => k % RANGE === 0);
}

/** Empties a list that fills again at once. Setting its length would give back its memory, which takes 100 ns. */
export function empty(list: number[]): void {
  while (list.length > 0) list.pop();
}

/** A member has to give up partitions. */
export const isRevoking = ({ losing }: Member): boolean => losing.length > 0;

/** True if a member waits in a poll and so notices a rebalance at once; a hanging process still polls. */
export function isWaiting({ idle, instance }: Member): boolean {
  return idle && !instance.down && instance.frozen !== FROZEN.pause;
}
