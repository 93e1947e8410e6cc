import type { Problems } from '../diagnostics.js';
import { entries, type Entry, type MapNode, type Node, type Path, type Place } from '../located.js';
import { plainWord } from '../synonyms.js';
import type { Placing, Row } from './row.js';
import { blockedBy, contains, entryAt, withIn } from './tree.js';

/** A mapping whose keys of other products are replaced one by one. */
export class Rewriting {
  protected result: MapNode = this.source;

  constructor(
    protected readonly source: MapNode,
    private readonly path: Path,
    protected readonly problems: Problems,
  ) {}

  /** Replaces a key by the entries that mean the same. `inside`: where the key is. */
  protected row(
    row: Row,
    key: string,
    entry: Entry,
    around: MapNode,
    inside: readonly string[],
    isOwn: boolean,
  ): void {
    const beside = (word: string): Node | undefined =>
      entries(around).find(([other]) => plainWord(other) === word)?.[1].value;
    const placing = row.to(entry.value, { beside, isOwn });
    if (placing === null) return;
    if (placing.note !== undefined) this.problems.note(entry.key, `${key}: ${placing.note}`);
    if (isUnchanged(placing, entry.value, [...inside, key])) return;
    this.result = withIn(this.result, [...inside, key], null);
    for (const [path, value] of placing.put) {
      const steps = path.split('.');
      const at = steps[0] === inside[0] ? around.at : this.source.at;
      this.put(steps, entry, value, key, at);
    }
  }

  /** Sets a value, unless the same mapping sets it under its own name too. */
  protected put(
    path: readonly string[],
    entry: Entry,
    value: Node,
    key: string,
    around: Place,
  ): void {
    const known = entryAt(this.result, path);
    const blocked = blockedBy(this.result, path);
    if (blocked !== undefined) return this.twice(key, entry.key, path[0]!, blocked.key);
    const isSwitch = value.type === 'map' && value.entries.size === 0;
    if (known !== undefined && isSwitch) return;
    if (known !== undefined && known.key !== entry.key && known.value !== value) {
      if (this.isTwice(known.key, entry.key, around)) {
        return this.twice(key, entry.key, path.join('.'), known.key);
      }
    }
    this.result = withIn(this.result, path, { key: entry.key, value });
  }

  /** Whether both keys are in one mapping as it is written; else the later one changes the earlier one. */
  protected isTwice(known: Place, own: Place, around: Place): boolean {
    return contains(around, known) && contains(around, own);
  }

  protected twice(key: string, at: Place, other: string, otherAt: Place): void {
    const message =
      `${key} and ${other} set the same thing (${other} is at ${this.problems.placeText(otherAt)}): ` +
      'remove one of them';
    this.problems.add({ code: 'FL208', at, path: [...this.path, key], message });
  }
}

function isUnchanged(placing: Placing, value: Node, path: readonly string[]): boolean {
  const [only, ...others] = placing.put;
  return (
    only !== undefined && others.length === 0 && only[1] === value && only[0] === path.join('.')
  );
}
