import type { Problems } from './diagnostics.js';
import { get, type Node, type Place } from './located.js';
import { parsePath, type Edit, type Segment } from './paths.js';

/** An edit of a patch, and where its values are: its own place, and those of the factors applied to them. */
interface Made {
  readonly edit: Edit;
  readonly segments: readonly Segment[];
  readonly places: Place[];
}

/**
 * Finds edits of a patch of which a later edit of the same patch leaves nothing. The effect decides and not the text,
 * so that other names of the same path count (`faults[0]` and `faults[slow]`), and an exact path after a `*` is allowed
 * unless it takes all that the `*` matched.
 */
export class Discarded {
  private readonly made: Made[] = [];

  constructor(private readonly problems: Problems) {}

  /**
   * Applies an edit with `apply`, which returns the new tree, and reports the earlier edits that it discards. A factor
   * discards none, because it multiplies their values.
   */
  check(edit: Edit, tree: Node, apply: () => Node, isFactor = false): void {
    const parsed = parsePath(edit.path);
    const segments = parsed.ok ? parsed.segments : [];
    const near = this.made.filter((one) => mayOverlap(one.segments, segments));
    const before = near.filter((one) => isLeft(one, tree));
    const after = apply();
    if (isFactor) for (const { places } of before) places.push(edit.value!.at);
    for (const one of before) {
      if (!isLeft(one, after)) this.report(one.edit, edit);
    }
    this.made.push({ edit, segments, places: edit.value === null ? [] : [edit.value.at] });
  }

  private report(earlier: Edit, { path, at, value }: Edit): void {
    const [was, is] = [textOf(earlier.value), textOf(value)];
    const message =
      earlier.path === path
        ? `${path} is set twice, to ${was} and to ${is}: keep one of them`
        : `setting ${path} to ${is} leaves nothing of ${earlier.path} set to ${was} before it: ` +
          'remove one of them, or set the exact path last';
    this.problems.add({ code: 'FL208', at, path: [], message });
  }
}

/** Whether one path can lead into the other. A name of an entry may be that of any index. */
function mayOverlap(a: readonly Segment[], b: readonly Segment[]): boolean {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const [one, other] = [a[i]!, b[i]!];
    const isIndex = one.kind === 'index' && other.kind === 'index';
    if (isIndex && one.index !== other.index) return false;
    if (one.kind !== 'key' || other.kind !== 'key') continue;
    if (one.key !== other.key && one.key !== '*' && other.key !== '*') return false;
  }
  return shared > 0;
}

/** Whether something of an edit is in the tree. Only its section counts: the values of a patch are in `variants` too. */
function isLeft({ segments, places }: Made, tree: Node): boolean {
  const [first] = segments;
  const section = first?.kind === 'key' ? get(tree, first.key) : undefined;
  return section !== undefined && holds(section, places);
}

/** Whether a value from one of the places is in the tree. */
function holds(node: Node, places: readonly Place[]): boolean {
  if (node.type === 'scalar') return places.some((place) => isIn(node.at, place));
  if (node.type === 'list') return node.items.some((item) => holds(item, places));
  for (const { value } of node.entries.values()) if (holds(value, places)) return true;
  return false;
}

function isIn(inner: Place, outer: Place): boolean {
  return inner.file === outer.file && inner.start >= outer.start && inner.end <= outer.end;
}

/** Longest text of a value in a message, in characters. */
const TEXT_MAX = 60;

function textOf(node: Node | null): string {
  if (node?.type !== 'scalar') return node?.type === 'list' ? 'a list' : 'a mapping';
  const text = String(node.value);
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}
