import type { z } from 'zod';
import { QUANTITY_ISSUE } from '../contracts/quantities/quantities.js';
import { show, showNoNumber, type Words } from '../contracts/quantities/quantity-text.js';
import type { Code } from './codes.js';
import type { Problem, Problems } from './diagnostics.js';
import { conceptHint, timeHint } from './concept-hints.js';
import { besideHint, formHint, loadHint, missingHint, nameHint, placeHint } from './form-hints.js';
import { kindHint } from './kind-words.js';
import type { Entry, Node, PathKey, Place } from './located.js';
import { entries, get, items, locate, plain, text } from './located.js';
import { nameProblem, shown, wanted, type Issue } from './issue-words.js';
import { areNamesOf, isEntryOf, nestedFields } from './nested-fields.js';
import { outcomesHint, wayOut } from './other-products.js';
import { exampleOf } from './reference/shown.js';
import { isStepPath } from './salvage.js';
import { definitionOf, kindsWithAll, siblingHint } from './sibling-kinds.js';
import { stepOfTarget } from './step-targets.js';
import { wordFor } from './suggest.js';
import { flow } from '../text/flow.js';
import { STEP_MODIFIERS, STEP_VERBS } from './verbs.js';

/** Validates a tree and reports every problem at its place. Returns null if there are problems. */
export function validate<T>(schema: z.ZodType<T>, tree: Node, problems: Problems): T | null {
  const known: KnownKeys[] = [];
  const result = schema.safeParse(plain(tree), {
    // Only the raw issue has its schema, which lists the valid keys.
    error: (issue) => {
      const member = issue.inst as z.core.$ZodType | undefined;
      if (member === undefined) return undefined;
      const { shape } = definitionOf(member);
      if (issue.code === 'invalid_type' && issue.expected === 'array')
        return isEntryOf(member, issue.input) ? ENTRY : undefined;
      if (issue.code === 'invalid_type' && issue.expected === 'record')
        return areNamesOf(member, issue.input) ? NAMES : undefined;
      if (issue.code !== 'unrecognized_keys' || shape === undefined) return undefined;
      return `${KNOWN}${known.push({ keys: Object.keys(shape), member }) - 1}`;
    },
  });
  if (result.success) return result.data;
  const reporter = new Reporter(schema, tree, problems, known);
  for (const issue of result.error.issues) reporter.issue(issue, []);
  reporter.reportMissing();
  return null;
}

const KNOWN = 'known:';

/** Message of a value that is no list, and would be a valid entry of it. */
const ENTRY = 'entry';

/** Message of a list of names where a mapping may have them with nothing inside. */
const NAMES = 'names';

/** Types of lists and mappings. */
const SHAPES: ReadonlySet<string> = new Set(['array', 'object', 'record']);

/** The keys of a mapping with an unknown one, and its schema. */
interface KnownKeys {
  readonly keys: readonly string[];
  readonly member: z.core.$ZodType;
}

/** Details of a problem that a quantity reports. */
interface QuantityParams {
  readonly code?: string;
  readonly missing?: boolean;
  readonly words?: Words | null;
}

class Reporter {
  private readonly lacking: Problem[] = [];
  /** Paths of keys that are present under a wrong name. */
  private readonly misnamed = new Set<string>();

  constructor(
    private readonly schema: z.core.$ZodType,
    private readonly tree: Node,
    private readonly problems: Problems,
    private readonly known: readonly KnownKeys[],
  ) {}

  issue(issue: Issue, base: readonly PathKey[]): void {
    const path = [...base, ...(issue.path as PathKey[])];
    switch (issue.code) {
      case 'unrecognized_keys':
        for (const key of issue.keys) this.unknownKey(path, key, issue.message);
        return;
      case 'invalid_union':
        return this.union(issue, path);
      case 'invalid_key':
        return this.badKey(path);
      case 'invalid_value':
        return this.word(path, issue.values.map(String));
      case 'custom':
        return this.custom(issue, path);
      default:
        return this.other(issue, path);
    }
  }

  private unknownKey(path: readonly PathKey[], key: string, message: string): void {
    const node = locate(this.tree, path).node;
    const entries = node.type === 'map' ? node.entries : null;
    const entry = entries?.get(key);
    const at = entry?.key ?? node.at;
    if (isCutOff(node, key)) return;
    const index = message.startsWith(KNOWN) ? Number(message.slice(KNOWN.length)) : -1;
    const known = index < 0 ? undefined : this.known[index];
    const allowed = known?.keys ?? [];
    const target = isStepPath(path) ? stepOfTarget(this.tree, node, key) : undefined;
    const meant = wordFor(key, allowed);
    const place =
      placeHint(path, key, node) ??
      conceptHint(path, key, node) ??
      timeHint(this.tree, path, key) ??
      besideHint(path, node, key);
    const way = wayOut(path, key, entry?.value) ?? place ?? target;
    const isUnknown = way === undefined && meant === undefined && known !== undefined;
    const nested = isUnknown ? nestedFields(known.member, key, entry?.value) : null;
    const where = way ?? nested?.hint;
    for (const field of nested?.fields ?? []) this.misnamed.add(JSON.stringify([...path, field]));
    if (meant !== undefined) this.misnamed.add(JSON.stringify([...path, meant]));
    if (where !== undefined) {
      const message = `unknown key ${show(key)}: ${where}`;
      const words = way === undefined ? {} : { allowed };
      return this.problems.add({ code: 'FL201', at, path: [...path, key], message, ...words });
    }
    const written = { key, keys: [...(entries?.keys() ?? [])], isNear: meant !== undefined };
    const hint = known === undefined ? '' : siblingHint(this.schema, known.member, written);
    this.problems.add({
      code: 'FL201',
      at,
      path: [...path, key],
      message: `unknown key ${show(key)}${hint}`,
      ...((hint === '' || meant === undefined) && { found: key }),
      allowed,
    });
  }

  private union(issue: z.core.$ZodIssueInvalidUnion, path: readonly PathKey[]): void {
    if (issue.discriminator !== undefined) {
      const values = (issue as { readonly options?: readonly unknown[] }).options ?? [];
      return this.word(path, values.filter((value) => value !== undefined).map(String));
    }
    // The alternative that matches deepest is probably the one that was meant.
    const branches = issue.errors.filter((errors) => errors.length > 0);
    const depth = (errors: readonly Issue[]): number =>
      Math.max(...errors.map((e) => e.path.length + (e.code === 'invalid_type' ? 0 : 0.5)));
    const best = [...branches].sort((a, b) => depth(b) - depth(a))[0] ?? [];
    const words = branches.flatMap((errors) =>
      errors.length === 1 && errors[0].code === 'invalid_value' && errors[0].path.length === 0
        ? errors[0].values.map(String)
        : [],
    );
    const isFlag = branches.some(([first]) => {
      return (
        first.code === 'invalid_type' && first.expected === 'boolean' && first.path.length === 0
      );
    });
    if (words.length > 0 && depth(best) <= 0.5)
      return this.word(path, isFlag ? [...words, 'true', 'false'] : words);
    for (const inner of best) this.issue(inner, path);
  }

  private badKey(path: readonly PathKey[]): void {
    const name = String(path[path.length - 1]);
    const { key, node } = locate(this.tree, path);
    const rule =
      nameHint(path) ?? 'a letter, then letters, digits, _ and inner hyphens, at most 64';
    const message = `${show(name)} is not a valid name: ${rule}`;
    this.problems.add({ code: 'FL401', at: key ?? node.at, path, message, found: name });
  }

  private word(path: readonly PathKey[], allowed: readonly string[]): void {
    const found = locate(this.tree, path);
    if (found.depth < path.length) return this.missing(path, this.choice(path, allowed));
    const value = plain(found.node);
    const wanted = allowed.length === 1 ? allowed[0] : `one of ${allowed.join(' ')}`;
    const at = found.node.at;
    // The value is correct except for its quotes.
    if (allowed.includes(show(value))) {
      const message = `must be ${wanted}, got ${showNoNumber(value)}`;
      return this.problems.add({ code: 'FL206', at, path, message });
    }
    const hint = loadHint(path, show(value)) + kindHint(path, show(value));
    const message = `must be ${wanted}, got ${show(value)}${hint}`;
    const suggested = hint === '' ? { found: show(value), allowed } : {};
    this.problems.add({ code: 'FL206', at, path, message, ...suggested });
  }

  /** The words for a missing key; of kinds, those with the fields that are written. */
  private choice(path: readonly PathKey[], allowed: readonly string[]): string {
    const key = String(path.at(-1));
    const { node, depth } = locate(this.tree, path.slice(0, -1));
    const fields = depth < path.length - 1 ? [] : entries(node).map(([field]) => field);
    const fitting =
      fields.length === 0 ? [] : kindsWithAll(this.schema, { key, names: allowed }, fields);
    const words = fitting.length > 0 ? fitting : allowed;
    if (words.length > 1) return `: one of ${words.join(' ')}`;
    return `: write ${allowed.length > 1 ? `${key}: ` : ''}${words[0]}`;
  }

  private custom(issue: z.core.$ZodIssueCustom, path: readonly PathKey[]): void {
    if (this.isCutOffItem(path)) return;
    const params = issue.params as QuantityParams | undefined;
    const found = locate(this.tree, path);
    if (found.depth < path.length) {
      if (params?.code === QUANTITY_ISSUE && params.missing === true) {
        return this.missing(path, issue.message.replace(/^is required/, ''));
      }
      return this.add('FL208', path, issue.message);
    }
    const value = plain(found.node);
    const code = params?.code === QUANTITY_ISSUE ? 'FL205' : 'FL208';
    const hint = outcomesHint(path, show(value));
    const message = this.isInList(path) ? issue.message.replace('{ }', '[ ]') : issue.message;
    this.add(code, path, message + hint, hint === '' ? (params?.words ?? {}) : {});
  }

  private other(issue: Issue, path: readonly PathKey[]): void {
    if (this.isCutOffItem(path)) return;
    const found = locate(this.tree, path);
    if (found.depth < path.length) return this.missing(path, '');
    const cut = cutOffText(found.node);
    if (cut) {
      const message = 'a comma inside [ ] ends the value before it: separate arguments with spaces';
      return this.add('FL205', path, message);
    }
    const value = plain(found.node);
    // A value that is not a valid short form has already been reported.
    if (found.node.type === 'scalar' && this.problems.knows(found.node.at)) return;
    const name = nameProblem(issue, found.node);
    if (name !== null) return this.add('FL401', path, name);
    const owner = locate(this.tree, path.slice(0, -1)).node;
    // A value that only has another number or quotes needs no example.
    const isShape = issue.code === 'invalid_type' && SHAPES.has(issue.expected);
    const asEntry =
      issue.message === ENTRY
        ? `: write [ ${flow(value)} ]`
        : issue.message === NAMES
          ? `: write ${flow(Object.fromEntries((value as string[]).map((name) => [name, {}])))}`
          : isShape && issue.expected === 'array' && path[0] === 'faults' && value === 'none'
            ? ': write []'
            : '';
    const example = isShape ? asEntry || this.asIn(path, owner) : '';
    const hint = formHint(path, found.node, owner) || example;
    this.add('FL204', path, `${wanted(issue)}, got ${shown(issue, value)}${hint}`);
  }

  /** Whether a comma in a list has split the value at this path. */
  private isInList(path: readonly PathKey[]): boolean {
    return path.some((key, depth) => {
      if (typeof key !== 'number') return false;
      const list = items(locate(this.tree, path.slice(0, depth)).node);
      return isOpen(lastText(list[key])) && list.slice(key + 1).some(cutOffText);
    });
  }

  /** `[ wait: uniform(5ms, 9ms) ]` also yields the entry `9ms)`. The incomplete value is reported instead. */
  private isCutOffItem(path: readonly PathKey[]): boolean {
    const index = path[path.length - 1];
    if (typeof index !== 'number') return false;
    const list = items(locate(this.tree, path.slice(0, -1)).node);
    const before = list.slice(0, index).findLastIndex((item) => isOpen(lastText(item)));
    if (before < 0) return false;
    const end = list.findIndex((item, at) => at > before && cutOffText(item));
    return end >= index;
  }

  /** Reports a missing key at the mapping that lacks it, or where a patch removed it. */
  private missing(path: readonly PathKey[], hint: string): void {
    const found = locate(this.tree, path);
    const name = path[found.depth];
    const removed = found.node.type === 'map' ? found.node.removed?.get(String(name)) : undefined;
    // An unreadable value has already been reported.
    if (removed !== undefined && this.problems.knows(removed)) return;
    const at = removed ?? found.key ?? startOf(found.node.at);
    const note = removed === undefined ? '' : '; it was removed here';
    const own = path.slice(0, found.depth + 1);
    const special = missingHint(String(name), found.node, own);
    const words = special.startsWith(':') ? special : `${hint}${special}`;
    this.lacking.push({
      code: 'FL203',
      at,
      path: own,
      message: `is required${words === '' ? this.asIn(own, found.node) : words}${note}`,
    });
  }

  /** A field as an example writes it, of the kind that its component has. */
  private asIn(path: readonly PathKey[], owner: Node): string {
    const example = exampleOf(path, text(get(owner, 'kind')));
    return example === null ? '' : `, as in ${example}`;
  }

  /** Reports missing keys, except those that are present under a wrong name with a suggestion. */
  reportMissing(): void {
    for (const problem of this.lacking) {
      if (!this.misnamed.has(JSON.stringify(problem.path))) this.problems.add(problem);
    }
  }

  private add(
    code: Code,
    path: readonly PathKey[],
    message: string,
    words: Partial<Words> = {},
  ): void {
    this.problems.add({ code, at: locate(this.tree, path).node.at, path, message, ...words });
  }
}

/** Reports steps without exactly one verb. The messages of a schema would be unclear. */
export function checkVerbs(
  tree: Node,
  step: Node,
  path: readonly PathKey[],
  problems: Problems,
): void {
  if (step.type !== 'map') return;
  const keys = [...step.entries.keys()];
  const verbs = keys.filter((key) => (STEP_VERBS as readonly string[]).includes(key));
  if (verbs.length === 1) return;
  const at = entries(step)[0]?.[1].key ?? step.at;
  if (verbs.length > 1) {
    const second: Entry = step.entries.get(verbs[1])!;
    const message = `expected one verb per step, found ${verbs.join(' and ')}: write two steps`;
    problems.add({ code: 'FL207', at: second.key, path, message });
    return;
  }
  const modifiers = keys.filter((key) => (STEP_MODIFIERS as readonly string[]).includes(key));
  if (keys.length > 0 && modifiers.length === keys.length) {
    const message =
      `${keys.join(' and ')} without a step: put a step and its modifiers into braces, as in [ { fail: 503, ` +
      'probability: 1% } ]';
    problems.add({ code: 'FL207', at, path, message });
    return;
  }
  const wrong = keys.find((key) => !(STEP_MODIFIERS as readonly string[]).includes(key));
  // A misspelt verb, or another word for it, is reported as an unknown key.
  if (wrong !== undefined && wordFor(wrong, STEP_VERBS) !== undefined) return;
  if (wrong !== undefined && stepOfTarget(tree, step, wrong) !== undefined) return;
  const message = `a step needs a verb: one of ${STEP_VERBS.join(' ')}`;
  problems.add({ code: 'FL207', at, path, message });
}

/** `{ wait: uniform(5ms, 9ms) }` also yields the key `9ms)`. The incomplete value is reported instead. */
function isCutOff(node: Node, key: string): boolean {
  if (!key.endsWith(')') || key.includes('(')) return false;
  return entries(node).some(
    ([, entry]) => isOpen(entry.value) || entries(entry.value).some(([, own]) => isOpen(own.value)),
  );
}

/** The scalar at the end of an entry. */
function lastText(node: Node): Node {
  const inner = node.type === 'map' ? entries(node).at(-1)?.[1].value : undefined;
  return inner === undefined ? node : lastText(inner);
}

function isOpen(node: Node): boolean {
  return /\([^)]*$/.test(text(node) ?? '');
}

function cutOffText(node: Node): boolean {
  const written = text(node);
  return written !== undefined && written.endsWith(')') && !written.includes('(');
}

function startOf(at: Place): Place {
  return { ...at, end: at.start + 1 };
}

/** Reports middleware entries without exactly one name. */
export function checkMiddleware(entry: Node, path: readonly PathKey[], problems: Problems): void {
  if (entry.type !== 'map' || entry.entries.size === 1) return;
  const keys = [...entry.entries.keys()];
  const message =
    keys.length === 0
      ? 'a middleware entry needs a name'
      : `expected one middleware per entry, found ${keys.join(' and ')}: write ${keys.length} entries`;
  problems.add({ code: 'FL207', at: entry.at, path, message });
}

/** All middleware lists of a host, with their paths relative to it. */
export function middlewareLists(host: Node): readonly (readonly [Node, readonly PathKey[]])[] {
  const lists: (readonly [Node, readonly PathKey[]])[] = [];
  const own = get(host, 'middleware');
  if (own !== undefined) lists.push([own, ['middleware']]);
  items(get(host, 'routes')).forEach((route, index) => {
    const chain = get(route, 'middleware');
    if (chain !== undefined) lists.push([chain, ['routes', index, 'middleware']]);
  });
  return lists;
}
