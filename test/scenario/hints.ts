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

/** The files that a hint can mean: the value, the key, a field beside it or in it. */
function applied(text: string, problem: Diagnostic, hint: Hint): readonly string[] {
  const made: string[] = [];
  type Edit = (document: Document, at: Keys) => void;
  const change = (at: Keys, edit: Edit): void => {
    const document = parseDocument(text);
    try {
      edit(document, at);
      made.push(document.toString());
    } catch {
      // The path of a short form does not exist in the text.
    }
  };
  const value: unknown = hint.does === 'write' ? parse(hint.text) : null;
  const place = pathAt(parseDocument(text), text, problem);
  for (const keys of [...(place === null ? [] : [place]), keysOf(problem.path)]) {
    // A short form lacks the last keys of the path.
    for (const end of [keys.length, keys.length - 1, keys.length - 2]) {
      const at = keys.slice(0, end);
      if (at.length === 0) continue;
      if (hint.does === 'remove') {
        const names = hint.text.split('.');
        change([...at, ...names], (document, full) => void document.deleteIn(full));
        change([...at.slice(0, -1), ...names], (document, full) => void document.deleteIn(full));
        continue;
      }
      change(at, (document, full) => document.setIn(full, document.createNode(value)));
      const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
      if (!isMapping) continue;
      for (const base of [at, at.slice(0, -1)]) {
        change(base, (document, full) => {
          for (const [key, own] of Object.entries(value)) {
            document.setIn([...full, ...key.split('.')], document.createNode(own));
          }
        });
        // In place of the wrong key.
        change(base, (document, full) => {
          document.deleteIn(keys);
          for (const [key, own] of Object.entries(value)) {
            document.setIn([...full, ...key.split('.')], document.createNode(own));
          }
        });
      }
    }
  }
  return made;
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
  return applied(text, problem, hint).some((one) => {
    const left = problemsIn(one).map(({ code, path }) => `${code} ${path}`);
    return left.every((own) => before.has(own)) && left.length < before.size;
  });
}
