import type { Plan } from '../../src/contracts/plan/plan.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import type { Book, Message, Run, Unit } from './message-ledger.js';
import { figure, isSingle, okOf, republishes } from './message-ledger.js';
import {
  CUT_MS,
  SESSION_MS,
  commitOf,
  meets,
  outboxOf,
  poisonOf,
  readerName,
  retryOf,
} from './message-worlds.js';
import { mostReplicas } from './message-worlds.js';
import type { Hop, MessageWorld, Mishap, Reader } from './message-worlds.js';

/** Input of the laws: a world, its trace, and the counts of the model. */
export interface Case {
  readonly world: MessageWorld;
  readonly plan: Plan;
  readonly record: RunRecord;
  readonly books: readonly Book[];
}

/** How often each law had a case to check, so that no law holds for lack of cases. */
export type Tally = Map<string, number>;

const bump = (tally: Tally, name: string, by = 1): void => {
  tally.set(name, (tally.get(name) ?? 0) + by);
};

const has = ({ mishaps }: MessageWorld, ...kinds: readonly Mishap['kind'][]): boolean =>
  mishaps.some(({ kind }) => kinds.includes(kind));

const poisons = (world: MessageWorld, ...effects: readonly Mishap['effect'][]): boolean =>
  world.mishaps.some(({ kind, effect }) => kind === 'poison' && effects.includes(effect));

const readersOf = ({ world }: Case, { hop }: Book, { readers }: Unit): readonly Reader[] =>
  readers.map((at) => world.hops[hop]!.readers[at]!);

const hopOf = ({ world }: Case, { hop }: Book): Hop => world.hops[hop]!;

/** The hop's messages are published in transactions of a log, so none of them is confirmed at once. */
function isInTransactions({ world }: Case, { hop }: Book): boolean {
  if (hop === 0 || world.hops[hop]!.kind !== 'kafka') return false;
  const before = world.hops[hop - 1]!;
  return before.kind === 'kafka' && commitOf(before, before.readers[0]!) === 'transactional';
}

/** Whether a broker can lose messages that it has confirmed (KF-10). */
const forgets = (world: MessageWorld, { kind }: Hop): boolean =>
  kind === 'kafka' &&
  (world.broker === '0' || world.broker === '1' || world.unclean) &&
  hits(world, world.broker === null ? null : 3);

/** Whether a fault hits the nodes of a broker that exists. */
const hits = ({ mishaps }: MessageWorld, broker: null | 3 | 4): boolean =>
  broker !== null && mishaps.some(({ target }) => target === broker);

/** Whether publishers may wait for a broker for a long time. */
const waits = (world: MessageWorld): boolean =>
  hits(world, world.broker === null ? null : 3) ||
  hits(world, world.rabbit === null ? null : 4) ||
  world.rabbit === 'tight';

/** Whether handlers can succeed twice for a message: only then can its effect occur twice. */
export function mayRepeat(told: Case, book: Book, unit: Unit): boolean {
  const { world } = told;
  const { kind, fields } = hopOf(told, book);
  if (republishes(world, book.hop) || meets(world, book.hop, 'duplicate')) return true;
  if (kind === 'kafka') {
    if (world.unclean && forgets(world, hopOf(told, book))) return true;
    return readersOf(told, book, unit).some((reader) => {
      if (reader.commit === 'before') return false;
      if (isThrownOut(world, reader) || isLateToCommit(world, reader)) return true;
      return reader.commit !== 'afterEach' && (has(world, 'crash') || poisons(world, 'crash'));
    });
  }
  const stands = has(world, 'pause', 'hang', 'slow') || poisons(world, 'hang');
  // A change of the leader of a queue closes all connections to it.
  if (kind === 'rabbitmq') {
    return fields.consumerTimeout !== '30m' || hits(world, world.rabbit === null ? null : 4);
  }
  if (kind !== 'sqs') return false;
  return (
    fields.visibilityTimeout === '60ms' ||
    (fields.visibilityTimeout === '5s' && (stands || waits(world)))
  );
}

/** Whether a message can end without an effect and without being anywhere. */
export function mayLose(told: Case, book: Book, unit: Unit): boolean {
  const { world } = told;
  const hop = hopOf(told, book);
  const { fields } = hop;
  const isBounded = fields.capacity !== undefined && fields.capacity !== 'unlimited';
  if (forgets(world, hop) || meets(world, book.hop, 'flush')) return true;
  if (hop.kind === 'kafka' && fields.retention !== '7d') return true;
  if (hop.kind === 'sqs' && fields.retention !== '4d') return true;
  if (hop.kind === 'bus' && fields.stored === false) return true;
  if (isBounded && fields.overflow === 'dropTail') return true;
  return readersOf(told, book, unit).some((reader) => {
    if (poisonOf(hop, reader) === 'skip') return true;
    if (commitOf(hop, reader) !== 'before') return false;
    // A log still has its records after they are committed; a queue cannot take back a message that it has released.
    const fails = hop.kind !== 'kafka' && (reader.fails > 0 || reader.timeLimit);
    return fails || world.mishaps.length > 0;
  });
}

/** Every message has taken effect, was moved, is counted as lost, or still exists; with none of them counted twice. */
export function conserved(told: Case, book: Book, tally: Tally): readonly string[] {
  const { plan, record, world } = told;
  const { hop, units, messages } = book;
  if (!units.every((_, u) => isSingle(world, book, u))) return [];
  if (isDoubledBefore(told, book)) return [];
  const isTold = !isInTransactions(told, book);
  let sure = 0;
  let all = 0;
  for (const message of messages) {
    const { runs, dead, deadOfAll, isSure, at } = message;
    const bare = units.filter((_, u) => okOf(runs[u]!).length === 0 && dead[u] === 0).length;
    const left = Math.max(0, bare - deadOfAll);
    const isThere = isSure && isTold && at <= arrivedBy(told, book);
    if (isThere || runs.some((own) => own.length > 0)) sure += left;
    all += left;
  }
  const lost = figure(plan, record, 'lostEffects', hop);
  const lag = figure(plan, record, 'lag', hop) + outboxRows(told, book);
  bump(tally, 'lost', lost);
  for (const name of ['purged', 'duplicated', 'overtaken']) {
    bump(tally, name, figure(plan, record, name, hop));
  }
  bump(tally, 'left', lag);
  const found: string[] = [];
  if (sure > lost + lag + inHands(told, book)) {
    found.push(`G-7: ${sure} have no effect, ${lost} are counted lost, ${lag} are there`);
  }
  if (lost > all + lostTooEarly(told, book)) {
    found.push(`G-7: ${lost} are counted lost, ${all} have no effect`);
  }
  return found;
}

/**
 * Latest time at which the publisher of a message can be notified such that the message is part of its log at the
 * end. Without acknowledgements publishers are notified first (KF-10).
 */
function arrivedBy({ world }: Case, { hop }: Book): number {
  const { isCut, broker } = world;
  if (!isCut || world.hops[hop]!.kind !== 'kafka' || (broker !== '0' && broker !== '1'))
    return Infinity;
  return world.mishaps.some(({ target }) => target === 3) ? -Infinity : (CUT_MS - 50) * 1e6;
}

/** Outbox rows that are not relayed at the end of a run that is cut; each group lacks them. */
function outboxRows({ world, plan, record, books }: Case, { hop, units }: Book): number {
  if (hop > 0 || outboxOf(world) === 'none') return 0;
  // Messages in transit to the topic are in neither place.
  if (world.isCut && (world.publishLatency !== '0ms' || world.broker !== null)) return Infinity;
  let rows = 0;
  for (const meter of record.meters) {
    if (meter.name !== 'outbox.rows' || meter.form !== 'gauge') continue;
    if (plan.components[meter.component]!.name === 'api') rows += meter.max.at(-1)!;
  }
  return Math.min(rows, books[0]!.messages.length) * units.length;
}

/** Messages that were settled before a handler that never ends are neither lost nor present. */
function inHands(told: Case, book: Book): number {
  const { world } = told;
  const hop = hopOf(told, book);
  let held = 0;
  for (const reader of hop.readers) {
    // A message that waits for another try is in no log, and one past its retention is nowhere else.
    const isLog = hop.kind === 'kafka';
    const isAside = isLog && world.isCut && retryOf(hop, reader)?.mode === 'delayed';
    const isStuck =
      world.isCut || poisons(world, 'hang') || (blocks(hop, reader) && poisons(world, 'error'));
    const isEmptied = hop.fields.retention === '700ms' || meets(world, book.hop, 'flush');
    // A queue releases a message while a handler continues with it.
    const isOld = isStuck && (isEmptied || !isLog);
    const isFirst = commitOf(hop, reader) === 'before' && isStuck;
    if (isAside || (isFirst && !isLog)) return Infinity;
    if (isOld || isFirst) held += inHand(world, hop, reader);
  }
  return held;
}

const blocks = (hop: Hop, reader: Reader): boolean => poisonOf(hop, reader) === 'block';

/** Largest number of records that the members of a group hold; runs of a queue have one each. */
function inHand(world: MessageWorld, { kind, fields }: Hop, reader: Reader): number {
  const isLog = kind === 'kafka';
  const threads = Math.min(reader.concurrency, isLog ? (fields.partitions as number) : Infinity);
  return (
    threads * (reader.service === 0 ? mostReplicas(world) : 1) * (isLog ? reader.maxPollRecords : 1)
  );
}

/**
 * A message counted as lost by one consumer can still succeed: if a removed member, or a consumer that exceeded its
 * time limit, still handles it, or if it waits in two logs of the group.
 */
function lostTooEarly(told: Case, book: Book): number {
  let count = 0;
  book.units.forEach((unit, u) => {
    const undoes = isUndone(told, book, unit);
    if (!undoes && !isHeldTwice(told, book, unit)) return;
    for (const { runs } of book.messages) {
      if (undoes && okOf(runs[u]!).length > 0) count++;
      const first = Math.min(...okOf(runs[u]!).map(({ ended }) => ended));
      if (runs[u]!.some(({ isOk, begun }) => !isOk && begun < first)) count++;
    }
  });
  return count;
}

/** Whether a transaction can be aborted whose messages cannot be read again. */
function isUndone(told: Case, book: Book, unit: Unit): boolean {
  const hop = hopOf(told, book);
  const isEmptied = meets(told.world, book.hop, 'flush');
  const isGone = hop.fields.retention === '700ms' || isEmptied || forgets(told.world, hop);
  const readers = readersOf(told, book, unit);
  return isGone && readers.some((reader) => commitOf(hop, reader) === 'transactional');
}

/** Whether two consumers can have a message at the same time, and one of them gives it up. */
function isHeldTwice(told: Case, book: Book, unit: Unit): boolean {
  const hop = hopOf(told, book);
  if (!mayRepeat(told, book, unit)) return false;
  return readersOf(told, book, unit).some((reader) => {
    const retry = retryOf(hop, reader);
    const isElsewhere = retry !== null && retry.mode !== 'inProcess';
    if (poisonOf(hop, reader) !== 'skip') return false;
    return hop.kind === 'sqs' || isElsewhere || isThrownOut(told.world, reader);
  });
}

/**
 * Whether a removed member of a group may continue with messages that others read again. Runs are shorter than five
 * minutes.
 */
const isThrownOut = ({ mishaps }: MessageWorld, { maxPollInterval }: Reader): boolean =>
  maxPollInterval !== '5m' ||
  mishaps.some(({ kind, length }) => kind === 'pause' && length >= SESSION_MS);

/** Whether a member may lose a partition without a commit of the messages that it has handled since it joined. */
const isLateToCommit = (world: MessageWorld, { commit, protocol }: Reader): boolean =>
  commit === 'auto' && protocol === 'cooperative' && has(world, 'crash', 'rebalance');

/** KF-7: a group reads handled messages again after a crash, and for no other reason. */
export function reread(told: Case, book: Book, tally: Tally): readonly string[] {
  const { world } = told;
  const { hop, units, messages } = book;
  const found: string[] = [];
  if (hopOf(told, book).kind !== 'kafka' || republishes(world, hop)) return found;
  // Duplicates in the log are read twice.
  if (meets(world, hop, 'duplicate')) return found;
  if (poisons(world, 'crash') || (world.unclean && forgets(world, hopOf(told, book)))) return found;
  const crashes = world.mishaps
    .filter(({ kind }) => kind === 'crash')
    .map(({ at }) => (world.isCut ? at % CUT_MS : at) * 1e6);
  units.forEach((unit, u) => {
    const [reader] = readersOf(told, book, unit) as readonly [Reader];
    const retry = retryOf(hopOf(told, book), reader);
    // A failed message may wait elsewhere, and be read again in its log.
    const isInTwo = retry !== null && retry.mode !== 'inProcess';
    if (isInTwo || isThrownOut(world, reader) || isLateToCommit(world, reader)) return;
    for (const { runs } of messages) {
      const done = okOf(runs[u]!).toSorted((x, y) => x.begun - y.begun);
      for (let k = 1; k < done.length; k++) {
        const [from, to] = [done[k - 1]!.ended, done[k]!.begun];
        bump(tally, 'reread', 1);
        if (!crashes.some((at) => from <= at && at <= to)) found.push('KF-7: read again');
      }
    }
  });
  return found;
}

/** The counts of the model equal those of the trace. */
export function counted(told: Case, book: Book, tally: Tally): readonly string[] {
  const { world, plan, record } = told;
  const { hop, units, messages } = book;
  const found: string[] = [];
  units.forEach((unit, u) => {
    if (!isSingle(world, book, u)) return;
    const names = unit.readers.map((at) => readerName(hop, at));
    const of = (name: string): number =>
      names.reduce((sum, part) => sum + figure(plan, record, name, hop, part), 0);
    const effects = messages.map(({ runs }) => okOf(runs[u]!).length);
    const rows = effects.reduce((sum, n) => sum + n, 0);
    const again = effects.reduce((sum, n) => sum + Math.max(0, n - 1), 0);
    bump(tally, 'effects', rows);
    bump(tally, 'again', again);
    const readers = readersOf(told, book, unit);
    const hasInbox = readers.some(({ inbox }) => inbox);
    const late = readers.some((reader) => commitOf(hopOf(told, book), reader) === 'transactional');
    const consumed = of('consumed');
    const duplicates = of('duplicateEffects');
    if (hasInbox ? consumed > rows : consumed !== rows) {
      found.push(`consumed ${consumed}, the trace has ${rows}`);
    }
    if (!hasInbox && !late && duplicates !== again) {
      found.push(`duplicates ${duplicates}, the trace has ${again}`);
    }
    if (readers.every(({ inbox }) => inbox) && duplicates > 0) {
      found.push(`OX-5: ${duplicates} duplicates behind an inbox`);
    }
  });
  return found;
}

/** MQ-1, MQ-2: no message is handled twice or lost beyond what the commit mode allows. */
export function allowed(told: Case, book: Book, tally: Tally): readonly string[] {
  const { world, plan, record } = told;
  const { hop, units, messages } = book;
  const found: string[] = [];
  units.forEach((unit, u) => {
    const lost = unit.readers.reduce(
      (sum, at) => sum + figure(plan, record, 'lostEffects', hop, readerName(hop, at)),
      0,
    );
    const isWhole = units.length === 1;
    const all = isWhole ? figure(plan, record, 'lostEffects', hop) : lost;
    if (!mayLose(told, book, unit)) {
      bump(tally, 'never lost', messages.length);
      if (all > 0) found.push(`MQ-2: ${all} lost`);
    }
    if (!isSingle(world, book, u) || mayRepeat(told, book, unit)) return;
    bump(tally, 'never twice', messages.length);
    const twice = messages.filter(({ runs }) => okOf(runs[u]!).length > 1).length;
    if (twice > 0) found.push(`MQ-1: ${twice} handled twice`);
  });
  return found;
}

/** OX-5: a message that an inbox handles a second time had started before the first handling was done. */
export function inboxed(told: Case, book: Book, tally: Tally): readonly string[] {
  const { units, messages } = book;
  const found: string[] = [];
  units.forEach((unit, u) => {
    const readers = readersOf(told, book, unit);
    const late = readers.some((reader) => commitOf(hopOf(told, book), reader) === 'transactional');
    if (late || !readers.every(({ inbox }) => inbox) || !isSingle(told.world, book, u)) return;
    for (const { runs } of messages) {
      const done = okOf(runs[u]!);
      bump(tally, 'inbox', done.length);
      const first = Math.min(...done.map(({ ended }) => ended));
      if (done.some(({ begun }) => begun > first)) found.push('OX-5: handled again');
    }
  });
  return found;
}

/** MQ-3: of all runs of a transactional handler for a message one has published. */
export function once(told: Case, book: Book, tally: Tally): readonly string[] {
  const { world, plan, record, books } = told;
  const { hop, messages } = book;
  if (!isInTransactions(told, book) || republishes(world, hop - 1)) return [];
  if (meets(world, hop - 1, 'duplicate')) return [];
  const seen = new Map<number, number>();
  for (const message of messages) {
    const [{ parent }] = message.publishers as readonly [Run];
    if (isSeen(message)) seen.set(parent, (seen.get(parent) ?? 0) + 1);
  }
  const found: string[] = [];
  const twice = [...seen.values()].filter((count) => count > 1).length;
  if (twice > 0) found.push(`MQ-3: ${twice} published twice`);
  bump(tally, 'transactions', seen.size);
  const before = books[hop - 1]!;
  const isQuiet = [hop - 1, hop].every((k) => figure(plan, record, 'lag', k) === 0);
  const isKept = (own: Book, u: number): boolean =>
    isSingle(world, own, u) && !mayLose(told, own, own.units[u]!);
  const isWhole = book.units.some((_, u) => isKept(book, u)) && isKept(before, 0);
  if (!isQuiet || !isWhole || world.isCut) return found;
  const due = before.messages.filter(
    ({ runs, dead }) => dead[0] === 0 && okOf(runs[0]!).length > 0,
  );
  const missing = due.filter(({ runs }) => !runs[0]!.some(({ parent }) => seen.has(parent))).length;
  bump(tally, 'transactions done', due.length);
  if (missing > 0) found.push(`MQ-3: ${missing} handled and never published`);
  return found;
}

const isSeen = (message: Message): boolean =>
  isBuried(message) || message.runs.some((own) => own.length > 0);

/** A message is moved to the dead letters once, whatever was tried before. */
export function buriedOnce(told: Case, book: Book, tally: Tally): readonly string[] {
  const { kind } = hopOf(told, book);
  const found: string[] = [];
  const { units, messages } = book;
  const isSafe = kind !== 'kafka' || units.every((unit) => !mayRepeat(told, book, unit));
  const isTwice = meets(told.world, book.hop, 'duplicate');
  if (!isSafe || isTwice || republishes(told.world, book.hop)) return found;
  for (const { dead, deadOfAll } of messages) {
    const count = dead.reduce((sum, n) => sum + n, deadOfAll);
    bump(tally, 'dead', count);
    if (count > units.length) found.push(`${count} dead letters of one message`);
  }
  return found;
}

/**
 * A deduplicating queue treats the messages that the handlers of a message and of its duplicate publish as the same.
 */
const isDoubledBefore = (told: Case, book: Book): boolean =>
  hopOf(told, book).fields.fifo === true &&
  told.world.hops.some((_, hop) => hop < book.hop && meets(told.world, hop, 'duplicate'));

/** All confirmed messages were accepted, and no others. */
export function taken(told: Case, book: Book, tally: Tally): readonly string[] {
  const { world, plan, record } = told;
  const { hop, messages } = book;
  const published = figure(plan, record, 'published', hop);
  const isTold = !isInTransactions(told, book);
  const sure = messages.filter((one) => (one.isSure && isTold) || isSeen(one)).length;
  bump(tally, 'published', published);
  const isSent = world.isCut && (world.broker === '0' || world.broker === '1');
  const isLate = isSent || outboxRows(told, book) > 0 || forgets(world, hopOf(told, book));
  if (isDoubledBefore(told, book)) return [];
  // A refused message may be among the dead letters, and was never taken.
  const own = hopOf(told, book);
  const refused = own.fields.overflow === 'rejectPublishDlx';
  const found: string[] = [];
  if (published < sure && !isLate && !refused)
    found.push(`${published} taken of ${sure} that are told`);
  const twice = figure(plan, record, 'duplicated', hop);
  const isResent = own.kind === 'kafka' && meets(world, hop, 'duplicate');
  if (published - twice > messages.length && !isResent && !republishes(world, hop)) {
    found.push(`${published} taken of ${messages.length} that were published`);
  }
  return found;
}

/** KF-1, SQS FIFO, EB-3: messages of one key are done in the order in which they were published. */
export function ordered(told: Case, book: Book, tally: Tally): readonly string[] {
  const found: string[] = [];
  // Messages that a node has written before it dies may be confirmed after later ones of another node: the log has
  // the order of sending. Publishers of one instance take equally long, so the first that starts is the first that
  // sends.
  const isConfirmedLate = isLed(told, book) && hits(told.world, 3);
  const sentAt = ({ at, publishers }: Message): number =>
    isConfirmedLate ? Math.min(...publishers.map(({ begun }) => begun)) : at;
  book.units.forEach((unit, u) => {
    if (!keepsOrder(told, book, unit) || !isSingle(told.world, book, u)) return;
    const hop = hopOf(told, book);
    const skips = readersOf(told, book, unit).some((reader) => poisonOf(hop, reader) === 'skip');
    for (const line of new Set(book.messages.map((one) => one.line))) {
      const own = book.messages
        .filter(
          (one) =>
            one.line === line && isPlain(one) && okOf(one.runs[u]!).length > 0 && !isBuried(one),
        )
        .sort((x, y) => sentAt(x) - sentAt(y));
      for (let k = 1; k < own.length; k++) {
        const [before, after] = [own[k - 1]!, own[k]!];
        if (sentAt(before) === sentAt(after)) continue;
        bump(tally, 'in order', 1);
        const done = Math.min(...okOf(before.runs[u]!).map(({ ended }) => ended));
        const begun = Math.min(...after.runs[u]!.map((run) => run.begun));
        // A skipped message is read again after a crash, and may then succeed.
        const isPassed = skips && before.runs[u]!.some(({ ended }) => ended <= begun);
        if (begun < done && !isPassed)
          found.push(`order of key ${line}: begun at ${begun}, done at ${done}`);
      }
    }
  });
  return found;
}

/** Every publisher of it was notified, so it arrived when the first of them was. */
const isPlain = ({ publishers }: Message): boolean => publishers.every(({ isOk }) => isOk);

/** A dead-lettered message may still be handled, by the consumer that had it when its receives ran out. */
const isBuried = ({ dead, deadOfAll }: Message): boolean =>
  deadOfAll > 0 || dead.some((count) => count > 0);

/** Whether the documents promise an order of the messages of a key, and the trace shows when they arrived. */
function keepsOrder(told: Case, book: Book, unit: Unit): boolean {
  const { world } = told;
  const hop = hopOf(told, book);
  const relayed = book.hop === 0 && outboxOf(world) !== 'none';
  if (relayed && (world.publishLatency !== '0ms' || world.broker !== null)) return false;
  if (republishes(world, book.hop) || isInTransactions(told, book)) return false;
  const readers = readersOf(told, book, unit);
  const commits = readers.map((reader) => commitOf(hop, reader));
  if (hop.kind === 'kafka') {
    const retry = retryOf(hop, readers[0]!);
    if (retry !== null && retry.mode !== 'inProcess') return false;
    if (world.broker !== null && (world.broker !== 'all' || world.unclean)) return false;
    // Handlers take different times, and each instance resends independently.
    if (isLed(told, book) && hits(world, 3) && book.hop > 0) return false;
    return commits[0] === 'afterEach' || commits[0] === 'afterBatch' || world.mishaps.length === 0;
  }
  // After a message is removed while a consumer has it, the next one of its key starts.
  if (isHeldTwice(told, book, unit) || meets(world, book.hop, 'flush')) return false;
  const isKeyed = hop.fields.ordering === 'key' || hop.fields.fifo === true;
  return isKeyed && !commits.includes('before');
}

/** Whether nodes of a broker lead the partitions of a topic. */
const isLed = (told: Case, book: Book): boolean =>
  told.world.broker !== null && hopOf(told, book).kind === 'kafka';

export const LAWS = {
  conserved,
  counted,
  allowed,
  inboxed,
  once,
  reread,
  buriedOnce,
  taken,
  ordered,
};
