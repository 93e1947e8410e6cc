import { expect } from 'vitest';
import { engine } from '../../src/kernel/engine.js';
import { PHASE } from '../../src/kernel/phase.js';
import { streamKey } from '../../src/kernel/rng.js';
import { PollLoop } from '../../src/model/modules/messaging/poll-loop.js';
import type { LoopSetup } from '../../src/model/modules/messaging/loop-setup.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { membersOf, readLogs } from './read-logs.js';

export interface LoopOptions {
  readonly commit?: 'afterEach' | 'afterBatch' | 'before' | 'auto' | 'transactional';
  readonly batch?: number;
  readonly maxPollRecords?: number;
  /** Messages in each log. */
  readonly logs?: readonly number[];
  /** Tries that the consumer makes by itself, and how long it waits between them. */
  readonly keeps?: number;
  readonly waitNs?: number;
  readonly poison?: Readonly<Record<number, 'error' | 'crash' | 'hang'>>;
  readonly timeLimitNs?: number;
  readonly lookup?: number;
  readonly known?: readonly number[];
  readonly withInbox?: boolean;
  /** Share of the messages that pass the filter; none where it is not given. */
  readonly filter?: number;
  /** Tries are counted elsewhere: each is the ninth. */
  readonly elsewhere?: boolean;
  /** Messages that their logs have lost; none can be lost where it is not given. */
  readonly cut?: readonly number[];
  /** Pending resets, before each poll. */
  readonly resets?: { pending: number; polls(assigned: readonly number[]): void };
  /** Policies around the handler, and their decision whether it may start. */
  readonly policy?: { answer: number };
  /** Whether another member may handle a log by now. */
  readonly accepts?: boolean;
}

/**
 * The second of two members reads all logs: two partitions, then as many of the group's own. `told`: handlers that
 * start, and results of messages.
 */
export function pollLoop(options: LoopOptions = {}) {
  const { commit = 'afterEach', batch = 1, maxPollRecords = 10, logs = [3], keeps = 1 } = options;
  const { waitNs = 0, poison = {}, timeLimitNs = null, lookup = -1, known = [] } = options;
  const { filter, elsewhere = false, cut, resets = null, policy, accepts = true } = options;
  engine.reset();
  const own = readLogs(logs.length);
  const told: string[] = [];
  const tell = (text: string): void => void told.push(`${engine.now} ${text}`);
  const members = membersOf(2);
  const member = members[1]!;
  Object.assign(member.instance, { id: 31 });
  member.assigned = logs.map((_, log) => log);
  const polls = { answer: true };
  const counted: Record<string, number> = { consumed: 0, duplicates: 0, redelivered: 0, took: 0 };
  const took: (readonly [durations: string, cell: number, ns: number])[] = [];
  const seen = new Set<number>();
  const kinds = [...new Set(Object.values(poison))];
  const poisons = new Uint8Array(400);
  for (const [message, kind] of Object.entries(poison)) {
    poisons[Number(message)] = kinds.indexOf(kind) + 1;
  }
  const messages = {
    // Only traces see which messages a run has besides its first one.
    handlesToo: () => {},
    handles: () => {},
    poisons: kinds.map((effect) => ({ effect, restartNs: 44 })),
    poison: poisons,
    cell: new Int32Array(400),
    truncated: new Uint8Array(400),
    // As draws of their own: which pass a filter is worked out from these.
    lineageA: Int32Array.from({ length: 400 }, (_, message) => 31 * message),
    lineageB: Int32Array.from({ length: 400 }, (_, message) => 17 * message + 5),
    age: (message: number) => engine.now - message,
    context: (message: number, group: number, tries: number) => ({ message, group, tries }),
    effect: (message: number, group: number) => {
      tell(`effect ${message} of ${group}`);
      const isAgain = seen.has(message);
      seen.add(message);
      return isAgain;
    },
    drop: (message: number) => tell(`drop ${message}`),
    copies: { areSeveral: () => true },
  };
  const world = {
    heldUp: [],
    tasks: {
      register: () => 77,
      start: (
        owner: number,
        record: number,
        instance: number,
        part: number,
        { message, group, tries }: { message: number; group: number; tries: number },
        program: number,
      ) => {
        expect([owner, record, instance, part, group]).toEqual([
          77,
          1 + 2 * member.epoch,
          31,
          8,
          4,
        ]);
        tell(`runs ${message} try ${tries}${program === 500 ? '' : ` as ${program}`}`);
      },
    },
    meters: {
      count: (name: string, times = 1) => (counted[name] = counted[name]! + times),
      took: (durations: string, cell: number, ns: number) => {
        counted['took']!++;
        took.push([durations, cell, ns]);
      },
    },
    outages: { die: (_: unknown, restartNs: number) => tell(`dies for ${restartNs}`) },
  };
  const aftermath = {
    waitsElsewhere: elsewhere,
    keeps: (tries: number) => tries < keeps,
    waitNs: (tries: number, message: number, began: number) => {
      tell(`waits after try ${tries} of ${message} from ${began}`);
      return waitNs;
    },
    leave: (message: number, place: number, isPassed: boolean) =>
      tell(`leaves ${message} at ${place} ${isPassed}`),
    lose: (message: number, place: number) => tell(`loses ${message} at ${place}`),
    settled: (message: number) => tell(`settled ${message}`),
    begins: () => 9,
    abandon: (message: number, place: number, isPassed: boolean) =>
      tell(`abandons ${message} at ${place} ${isPassed}`),
  };
  const membership = {
    accepts: () => accepts,
    polls: () => polls.answer,
    busy: () => tell('busy'),
    leave: () => (tell('goes'), false),
  };
  const inbox = {
    has: (message: number) => known.includes(message),
    note: (message: number) => tell(`notes ${message}`),
  };
  for (const message of cut ?? []) messages.truncated[message] = 1;
  for (let message = 0; message < 400; message++) messages.cell[message] = message % 7;
  const resume = { of: (_member: number): void => {} };
  const guards = {
    ask: (key: number, index: number, instance: unknown, epoch: number) => {
      expect([key, index, instance, epoch]).toEqual([1, 1, member.instance, member.epoch]);
      tell('asks');
      return policy?.answer;
    },
    ended: (index: number, _instance: unknown, outcome: number) => tell(`ends ${index} ${outcome}`),
    pause: (index: number) => tell(`pauses ${index}`),
    dropped: (index: number) => tell(`drops ${index}`),
    left: (index: number) => tell(`left ${index}`),
    died: ({ id }: { id: number }) => tell(`died ${id}`),
    resumed: () => tell('resumed'),
  };
  const setup = {
    world,
    messages,
    spec: {
      program: 500,
      lookup,
      handler: 8,
      timeLimitNs,
      spec: { commit, batch, maxPollRecords, autoCommitNs: 1000, filter: filter ?? 1 },
    },
    index: 4,
    partitions: 2,
    members,
    offsets: own.offsets,
    membership,
    aftermath,
    inbox: options.withInbox === true ? inbox : null,
    filter: filter === undefined ? null : streamKey(7, 3, 'filter'),
    consumed: 'consumed',
    duplicates: 'duplicates',
    redelivered: 'redelivered',
    delays: 'delays',
    settle: (_: unknown, isCommitted: boolean) => tell(`settles ${isCommitted}`),
    transactions: { end: () => true },
    resets,
    canBeCut: cut !== undefined,
    policy:
      policy === undefined
        ? null
        : (_again: unknown, resumes: (index: number) => void) => {
            resume.of = resumes;
            return guards;
          },
  };
  const loops = new PollLoop(setup as unknown as LoopSetup);
  logs.forEach((count, log) => {
    for (let k = 0; k < count; k++) own.append(log, 0);
  });
  const acts: (() => void)[] = [];
  const op = engine.define('act', (index) => acts[index]!());
  const at = (time: number, act: () => void): void =>
    engine.at(time, PHASE.FAULT, op, acts.push(act) - 1, 0, 0);
  at(0, () => loops.wake(member));
  let ended = 0;
  const end = (outcome: number): void => {
    // Times are written for as many handlers as there may be.
    if (ended === told.filter((line) => line.includes('runs')).length) return;
    ended++;
    loops.taskEnded(1 + 2 * member.epoch, outcome);
  };
  return {
    loops,
    member,
    told,
    polls,
    counted,
    took,
    messages,
    /** The breaker lets it through again. */
    resume: () => resume.of(1),
    offsets: own.offsets,
    /** Records that were read again. */
    redelivered: own.redelivered,
    bounds: own.bounds,
    at,
    /** The handler ends so at these times. */
    ok: (...times: number[]) => times.forEach((time) => at(time, () => end(OUTCOME.ok))),
    fail: (...times: number[]) => times.forEach((time) => at(time, () => end(OUTCOME.serverError))),
    /** Handlers that began. */
    runs: () => told.filter((line) => line.includes('runs')),
    committed: () => [...own.offsets.committed],
    run: (until = 1000) => void engine.run(until, Infinity),
  };
}
