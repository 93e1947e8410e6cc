import { evenly, type Evened } from './evenly.js';
import type { LeftOut } from './left-out.js';
import { mergeProxies, type Proxies } from './proxies.js';
import { KIND } from './reading/span.js';
import { settleReceives, type Unhandled } from './receives.js';
import { FLAG, SHARED, type SpanStore } from './store.js';

/** Spans as trees: the parent of each, and the children in the order of their starts. */
export interface Links {
  /** -1 = none. */
  readonly parent: Int32Array;
  /** The children of span i are `children[first[i]]` up to `children[first[i + 1] - 1]`. */
  readonly first: Uint32Array;
  readonly children: Uint32Array;
  /** Spans whose parent is in none of the files. */
  readonly isOrphan: Uint8Array;
  /** Read twice, or a part of another span of the same call. */
  readonly isIgnored: Uint8Array;
  readonly proxies: Proxies;
  /** Queues of which a service shows the wait for messages only. */
  readonly unhandled: readonly Unhandled[];
  readonly evened: Evened;
}

/** Joins the spans of each trace to a tree. */
export function link(store: SpanStore, leftOut: LeftOut): Links {
  const table = new IdTable(store);
  const isIgnored = table.fill();
  leftOut.add(
    'spans read twice',
    isIgnored.reduce((sum, one) => sum + one, 0),
  );
  const evened = evenly(store, leftOut);
  const { parent, isOrphan } = parents(store, table, isIgnored);
  leftOut.add(
    'links to a parent that is in no file: such spans are not counted as load',
    isOrphan.reduce((sum, one) => sum + one, 0),
  );
  leftOut.add('links between spans that form a circle', cutCircles(parent, isOrphan));
  const proxies = mergeProxies(store, { parent, isOrphan, isIgnored }, leftOut);
  const tree = { parent, isOrphan, isIgnored, ...childrenOf(store, parent, isIgnored) };
  const unhandled = settleReceives(store, tree, leftOut);
  const settled = unhandled === null ? tree : { ...tree, ...childrenOf(store, parent, isIgnored) };
  return { ...settled, proxies, unhandled: unhandled ?? [], evened };
}

/** Finds spans by the hash of their id. Open addressing. */
class IdTable {
  /** Further attempts of a server's span, by the first one. */
  private readonly attempts = new Map<number, readonly number[]>();
  private readonly slots: Int32Array;
  private readonly mask: number;

  constructor(private readonly store: SpanStore) {
    let size = 16;
    while (size < 2 * store.count) size *= 2;
    this.slots = new Int32Array(size).fill(-1);
    this.mask = size - 1;
  }

  /** Which spans have the id of an earlier one, apart from the two sides of a call: in Zipkin these may share it. */
  fill(): Uint8Array {
    const isIgnored = new Uint8Array(this.store.count);
    for (let i = 0; i < isIgnored.length; i++) {
      const before = this.insert(i);
      if (before < 0) continue;
      const server = this.serverOf(before, i);
      if (server < 0) {
        isIgnored[i] = this.isAttempt(before, i) ? 0 : 1;
        continue;
      }
      if (server === before) this.replace(before, i);
      this.share(server, isIgnored);
      for (const other of server === before ? (this.attempts.get(before) ?? []) : [])
        share(this.store, other);
    }
    return isIgnored;
  }

  /** Makes a span the server's side of the client's span with its id. */
  private share(server: number, isIgnored: Uint8Array): void {
    share(this.store, server);
    const before = this.insert(server);
    if (before >= 0 && !this.isAttempt(before, server)) isIgnored[server] = 1;
  }

  /**
   * Two servers' spans with one id are attempts of a proxy, unless all of them is the same: proxies pass on the id of the client's span
   * that they got. Notes it.
   */
  private isAttempt(before: number, i: number): boolean {
    const { kind, service, instance, start, end, flags } = this.store;
    const known = [before, ...(this.attempts.get(before) ?? [])];
    const isOther = known.every(
      (one) =>
        kind[one] === KIND.server &&
        ((flags[one] | flags[i]) & FLAG.untimed) === 0 &&
        (service[one] !== service[i] ||
          instance[one] !== instance[i] ||
          start[one] !== start[i] ||
          end[one] !== end[i]),
    );
    if (kind[i] !== KIND.server || !isOther) return false;
    this.attempts.set(before, known.slice(1).concat(i));
    return true;
  }

  /** The one of several attempts with the same id in which a span began. */
  attemptOf(first: number, i: number): number {
    const others = this.attempts.get(first);
    if (others === undefined) return first;
    const { instance, start, end } = this.store;
    const isAround = (one: number): boolean => start[one] <= start[i] && start[i] <= end[one];
    const all = [first, ...others];
    const same = all.filter((one) => instance[one] === instance[i]);
    return same.find(isAround) ?? all.find(isAround) ?? same[0] ?? first;
  }

  /** The span that has the id already, or -1 and the span has its place. */
  private insert(i: number): number {
    const { idA, idB } = this.store;
    const slot = this.slotOf(idA[i], idB[i]);
    const before = this.slots[slot];
    if (before < 0) this.slots[slot] = i;
    return before;
  }

  private replace(before: number, by: number): void {
    const { idA, idB } = this.store;
    this.slots[this.slotOf(idA[before], idB[before])] = by;
  }

  /** The server's side of two spans with one id, if they are a call between two services. */
  private serverOf(one: number, other: number): number {
    const { kind, service } = this.store;
    if (service[one] === service[other]) return -1;
    if (kind[one] === KIND.client && kind[other] === KIND.server) return other;
    return kind[one] === KIND.server && kind[other] === KIND.client ? one : -1;
  }

  /** -1 if there is none. */
  find(a: number, b: number): number {
    return this.slots[this.slotOf(a, b)];
  }

  private slotOf(a: number, b: number): number {
    const { idA, idB } = this.store;
    let slot = (a ^ Math.imul(b, 0x9e3779b1)) & this.mask;
    for (;;) {
      const i = this.slots[slot];
      if (i < 0 || (idA[i] === a && idB[i] === b)) return slot;
      slot = (slot + 1) & this.mask;
    }
  }
}

/** Makes a span the server's side of the span with the same id. */
function share({ idA, idB, parentA, parentB, flags }: SpanStore, i: number): void {
  parentA[i] = idA[i];
  parentB[i] = idB[i];
  idA[i] ^= SHARED;
  flags[i] |= FLAG.shared | FLAG.hasParent;
}

function parents(
  { count, flags, parentA, parentB }: SpanStore,
  table: IdTable,
  isIgnored: Uint8Array,
): Pick<Links, 'parent' | 'isOrphan'> {
  const parent = new Int32Array(count).fill(-1);
  const isOrphan = new Uint8Array(count);
  const hasShared = flags.subarray(0, count).some((flag) => (flag & FLAG.shared) !== 0);
  for (let i = 0; i < count; i++) {
    if (isIgnored[i] === 1 || (flags[i] & FLAG.hasParent) === 0) continue;
    const a = parentA[i];
    const isShared = (flags[i] & FLAG.shared) !== 0;
    let found = hasShared && !isShared ? table.find((a ^ SHARED) >>> 0, parentB[i]) : -1;
    if (found < 0) found = table.find(a, parentB[i]);
    if (found >= 0 && !isShared) found = table.attemptOf(found, i);
    if (found >= 0 && found !== i) parent[i] = found;
    else isOrphan[i] = 1;
  }
  return { parent, isOrphan };
}

/** Cuts every circle at one span. How many were cut. */
function cutCircles(parent: Int32Array, isOrphan: Uint8Array): number {
  const seen = new Int32Array(parent.length).fill(-1);
  let cuts = 0;
  for (let i = 0; i < parent.length; i++) {
    let at = i;
    while (at >= 0 && seen[at] < 0) {
      seen[at] = i;
      const next = parent[at];
      if (next >= 0 && seen[next] === i) {
        parent[at] = -1;
        isOrphan[at] = 1;
        cuts++;
      }
      at = parent[at];
    }
  }
  return cuts;
}

function childrenOf(
  { count, start }: SpanStore,
  parent: Int32Array,
  isIgnored: Uint8Array,
): Pick<Links, 'first' | 'children'> {
  const first = new Uint32Array(count + 1);
  for (let i = 0; i < count; i++) if (parent[i] >= 0 && isIgnored[i] === 0) first[parent[i] + 1]++;
  for (let i = 0; i < count; i++) first[i + 1] += first[i];
  const children = new Uint32Array(first[count]);
  const next = first.slice();
  for (let i = 0; i < count; i++) {
    if (parent[i] >= 0 && isIgnored[i] === 0) children[next[parent[i]]++] = i;
  }
  for (let i = 0; i < count; i++) {
    if (first[i + 1] - first[i] > 1) {
      children.subarray(first[i], first[i + 1]).sort((a, b) => start[a] - start[b] || a - b);
    }
  }
  return { first, children };
}
