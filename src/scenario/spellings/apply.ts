import { impliedKind, policyNames } from '../../patterns/registry.js';
import type { Problems } from '../diagnostics.js';
import type { Entry, MapNode, Node, Path, Place } from '../located.js';
import { change, changeAll, entries, get, map, scalar, text } from '../located.js';
import { plainWord } from '../synonyms.js';
import { OF_HOSTS } from './kubernetes.js';
import {
  BLOCKS,
  blockOf,
  byWord,
  fieldNames,
  hasField,
  kindsWith,
  namedBlock,
  ROWS,
  ROWS_OF,
} from './meant.js';
import { Rewriting } from './rewriting.js';
import type { Block, Row } from './row.js';
import { withEntry, withIn, without } from './tree.js';

/** The policies of a bundle, by plain word. */
const POLICIES: ReadonlyMap<string, string> = new Map(
  [...policyNames, 'outlierDetection'].map((name) => [plainWord(name), name]),
);

/** Blocks in blocks, such as `trafficPolicy: { connectionPool }`. */
const DEPTH_MAX = 3;

/**
 * Rewrites the settings of other products in a bundle as those of the language, where they mean exactly the same. Other
 * keys stay and are refused later.
 */
export function spelled(bundle: Node, path: Path, problems: Problems): Node {
  let result = bundle;
  for (let depth = 0; depth < DEPTH_MAX && result.type === 'map'; depth++) {
    const next = new Spelling(result, path, problems).read();
    if (next === result) break;
    result = next;
  }
  return result;
}

/** The same for a service or a gateway, whose process Kubernetes describes. */
export function spelledHost(host: Node, path: Path, problems: Problems): Node {
  if (host.type !== 'map') return host;
  const own = new HostSpelling(host, path, problems).read();
  return change(own, 'versions', (versions) =>
    changeAll(versions, (version, name) =>
      spelledHost(version, [...path, 'versions', name], problems),
    ),
  );
}

const HOST_ROWS = byWord(OF_HOSTS);

class HostSpelling extends Rewriting {
  read(): MapNode {
    for (const [key, entry] of this.source.entries) {
      const row = HOST_ROWS.get(plainWord(key));
      if (row !== undefined) this.row(row, key, entry, this.source, [], false);
    }
    return this.result;
  }
}

/** One pass over a bundle. */
class Spelling extends Rewriting {
  read(): MapNode {
    for (const [key, entry] of this.source.entries) {
      const word = plainWord(key);
      const { value } = entry;
      if (isPolicy(key)) {
        if (value.type === 'map') this.policy(key, value);
        continue;
      }
      const policy = POLICIES.get(word);
      if (policy !== undefined && value.type === 'map') {
        this.renamed(key, entry, value, policy);
        continue;
      }
      const block = value.type === 'map' ? namedBlock(word, value) : undefined;
      if (block !== undefined && value.type === 'map') this.block(key, entry, value, block);
      else this.loose(key, entry);
    }
    return this.result;
  }

  /** `outlier_detection` and `CircuitBreaker` are policies. */
  private renamed(key: string, entry: Entry, value: MapNode, policy: string): void {
    if (this.leavesOut(key, entry, policy)) return;
    this.result = withEntry(without(this.result, key), policy, { key: entry.key, value });
    this.policy(policy, value);
  }

  /** Whether an entry is left out, because the policy that it becomes is written as well. */
  private leavesOut(key: string, entry: Entry, policy: string): boolean {
    const known = this.source.entries.get(policy);
    if (known === undefined || !this.isTwice(known.key, entry.key, this.source.at)) return false;
    this.result = without(this.result, key);
    this.twice(key, entry.key, policy, known.key);
    return true;
  }

  /** A block under its name in the product becomes a policy. */
  private block(key: string, entry: Entry, value: MapNode, block: Block): void {
    const { policy, kind } = block;
    if (this.leavesOut(key, entry, policy)) return;
    this.result = without(this.result, key);
    const own = map(new Map(), value.at);
    this.result = withEntry(this.result, policy, { key: entry.key, value: own });
    if (kind !== null && get(value, 'kind') === undefined) this.kind(policy, kind, entry.key);
    for (const [field, inner] of value.entries) {
      this.result = withIn(this.result, [policy, field], inner);
    }
    this.fields(policy, value, block);
  }

  /** A policy under its own name, with fields of a product. */
  private policy(policy: string, value: MapNode): void {
    const block = blockOf(policy, value);
    if (block === null) return;
    if (block.kind !== null && get(value, 'kind') === undefined) {
      const foreign = [...value.entries].find(([key]) => !hasField(policy, undefined, key));
      if (foreign !== undefined && impliedKind(policy)?.kind !== block.kind) {
        this.kind(policy, block.kind, foreign[1].key);
        const isOwn = kindsWith(policy, foreign[0]) > 0;
        const note = `${policy} is of kind ${block.kind}, because ${foreign[0]} is a word of ${block.product}`;
        if (!isOwn) this.problems.note(foreign[1].key, note);
      }
    }
    this.fields(policy, value, block);
  }

  private fields(policy: string, value: MapNode, block: Block): void {
    const kind = text(get(get(this.result, policy), 'kind'));
    const rows = ROWS_OF.get(block)!;
    for (const [key, entry] of value.entries) {
      const isOwn = hasField(policy, kind, key);
      const row = rows.get(plainWord(key));
      if (row !== undefined) this.row(row, key, entry, value, [policy], isOwn);
      else if (!isOwn) this.respelled(policy, kind, key, entry, value);
    }
  }

  /** `failure-rate-threshold` and `FailureRateThreshold` are failureRateThreshold. */
  private respelled(
    policy: string,
    kind: string | undefined,
    key: string,
    entry: Entry,
    value: MapNode,
  ): void {
    const name = fieldNames(policy, kind).find((field) => plainWord(field) === plainWord(key));
    if (name === undefined || name === 'kind') return;
    this.result = withIn(this.result, [policy, key], null);
    this.put([policy, name], entry, entry.value, key, value.at);
  }

  private loose(key: string, entry: Entry): void {
    const row = ROWS.get(plainWord(key));
    if (row === undefined || OTHER_FIELDS.has(key)) return;
    const before = this.result;
    this.row(row, key, entry, this.source, [], false);
    if (before === this.result) return;
    const policy = placedIn(row, entry.value, this.source);
    const block = policy === undefined ? undefined : kindFor(policy, plainWord(key), row);
    if (policy === undefined || block === undefined) return;
    const own = get(this.result, policy);
    if (own?.type === 'map' && get(own, 'kind') === undefined && block.kind !== null) {
      if (impliedKind(policy)?.kind !== block.kind) this.kind(policy, block.kind, entry.key);
    }
  }

  private kind(policy: string, kind: string, at: Place): void {
    this.result = withIn(this.result, [policy, 'kind'], { key: at, value: scalar(kind, at) });
  }
}

/** Keys of a bundle that are no policies. */
const OTHER_FIELDS: ReadonlySet<string> = new Set([
  ...['extends', 'order', 'cluster', 'state', 'scope', 'per', 'connections', 'loadBalancing'],
]);

function isPolicy(key: string): boolean {
  return POLICIES.get(plainWord(key)) === key;
}

function placedIn(row: Row, value: Node, bundle: MapNode): string | undefined {
  const beside = (word: string): Node | undefined =>
    entries(bundle).find(([other]) => plainWord(other) === word)?.[1].value;
  const placing = row.to(value, { beside, isOwn: false });
  return placing?.put[0]?.[0].split('.')[0];
}

/** The block whose row was written directly in a bundle. */
function kindFor(policy: string, word: string, row: Row): Block | undefined {
  return BLOCKS.find(
    (block) =>
      block.policy === policy && block.rows.some((one) => one === row || has(one, word, row)),
  );
}

function has(one: Row, word: string, row: Row): boolean {
  return one.to === row.to && one.keys.split(' ').includes(word);
}
