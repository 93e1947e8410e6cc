import { isPair, isScalar, isSeq, parse, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';
import type { Diagnostic } from '../../src/scenario/diagnostics.js';
import { load } from './support.js';

/** What a message tells the user to do: YAML to write, or a field to remove. */
export interface Hint {
  readonly does: 'write' | 'remove';
  readonly text: string;
}

/** Words of prose, and placeholders that only the user can fill in. */
const PROSE =
  /^(a|an|the|one|it|its|this|at|to|for|how|how long|several|another|something|true or) |\b[A-Z]{3,}\b|^(it|this|one|its kind)$|\.\.\./;

/** The hints of a message that can be applied as they are: `write X`, `use X`, `remove X`. */
export function hintsOf(message: string): readonly Hint[] {
  const found: Hint[] = [];
  for (const [, verb, rest] of message.matchAll(
    /\b(write|remove) (.+?)(?=, or (?:write|remove)|; (?:write|remove)|$)/g,
  )) {
    // Notes after the hint, and alternatives of it.
    const [text] = rest!.split(
      / \(in variant|, such as |, as in |, the meaning|; did you| for a | if | for until| instead$/,
    );
    const options = text!.includes('{') || text!.includes('[') ? [text!] : text!.split(/,? or /);
    for (const option of options) {
      const bare = option.trim().replaceAll('`', '').replace(/ too$/, '').replace(/\.$/, '');
      if (bare === '' || PROSE.test(bare)) continue;
      found.push({ does: verb === 'write' ? 'write' : 'remove', text: bare });
    }
  }
  return found;
}

/** Whether a word of a hint is YAML that has a place: a value for the one that is wrong, or `key: value`. */
export function isConcrete({ does, text }: Hint): boolean {
  if (does === 'remove') return /^[\w.]+$/.test(text);
  if (/^[\w.]+: \S/.test(text) || /^[{[]/.test(text)) return true;
  return /^[\d"~/][^ ]*$/.test(text) || /^\w+\([^)]*\)$/.test(text);
}

type Keys = readonly (string | number)[];

function keysOf(path: string): Keys {
  return path
    .split(/[.[\]]+/)
    .filter((key) => key !== '')
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key.replace(/^"|"$/g, '')));
}

/** The path of what stands at the place of a problem: a key, a value or an item. */
function pathAt(document: Document, text: string, { line, col }: Diagnostic): Keys | null {
  const lines = text.split('\n').slice(0, line - 1);
  const offset = lines.reduce((sum, one) => sum + one.length + 1, 0) + col - 1;
  let found: Keys | null = null;
  visit(document, {
    Node(_, node, parents) {
      if (node.range?.[0] !== offset || found !== null) return;
      const keys: (string | number)[] = [];
      [...parents, node].forEach((one, depth, all) => {
        const parent = all[depth - 1];
        if (isPair(one) && isScalar(one.key)) keys.push(one.key.value as string | number);
        if (isSeq(parent)) keys.push(parent.items.indexOf(one));
      });
      found = keys;
    },
  });
  return found;
}

/** The files that a hint can mean, one after the other: the value, the key, a field beside it or in it. */
function* applied(text: string, problem: Diagnostic, hint: Hint): Generator<string> {
  const parsed = parseDocument(text);
  const value: unknown = hint.does === 'write' ? parse(hint.text) : null;
  const place = pathAt(parsed, text, problem);
  for (const keys of [...(place === null ? [] : [place]), keysOf(problem.path)]) {
    // A short form lacks the last keys of the path.
    for (const end of [keys.length, keys.length - 1, keys.length - 2]) {
      const at = keys.slice(0, end);
      if (at.length === 0) continue;
      for (const edit of editsAt(at, keys, hint, value)) {
        const document = parsed.clone();
        try {
          edit(document);
        } catch {
          // The path of a short form does not exist in the text.
          continue;
        }
        yield document.toString();
      }
    }
  }
}

type Edit = (document: Document) => void;

/** What a hint can mean at a path, which is the place of the problem or one above it. */
function editsAt(at: Keys, keys: Keys, hint: Hint, value: unknown): readonly Edit[] {
  const around = [at, at.slice(0, -1)];
  if (hint.does === 'remove') {
    const names = hint.text.split('.');
    return around.map((base) => (document) => void document.deleteIn([...base, ...names]));
  }
  const whole: Edit = (document) => document.setIn(at, document.createNode(value));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [whole];
  const beside = (document: Document, base: Keys): void => {
    for (const [key, own] of Object.entries(value)) {
      document.setIn([...base, ...key.split('.')], document.createNode(own));
    }
  };
  const inPlace = (document: Document, base: Keys): void => {
    document.deleteIn(keys);
    beside(document, base);
  };
  return [
    whole,
    ...around.flatMap((base): Edit[] => [
      (document) => beside(document, base),
      (document) => inPlace(document, base),
    ]),
  ];
}

const known = new Map<string, readonly Diagnostic[]>();

/** The problems of a text. Each text is loaded once: tests ask for those of a file again for every hint. */
export function problemsIn(text: string): readonly Diagnostic[] {
  const problems = known.get(text) ?? load(text).problems;
  known.set(text, problems);
  return problems;
}

/** Whether one reading of a hint mends the problem, and brings no other. */
export function mends(text: string, problem: Diagnostic, hint: Hint): boolean {
  const before = new Set(problemsIn(text).map(({ code, path }) => `${code} ${path}`));
  for (const one of applied(text, problem, hint)) {
    const left = problemsIn(one).map(({ code, path }) => `${code} ${path}`);
    if (left.every((own) => before.has(own)) && left.length < before.size) return true;
  }
  return false;
}
