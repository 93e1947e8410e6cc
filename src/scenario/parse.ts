import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Alias, Document, Pair, ParsedNode, Scalar, YAMLMap } from 'yaml';
import type { Code } from './codes.js';
import type { Problems } from './diagnostics.js';
import { foreignText } from './foreign.js';
import { badCharacter, DEPTH_MAX, guardText, NODES_MAX } from './guards.js';
import { list, map, scalar, type Entry, type Node, type Place } from './located.js';

const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Parses one file into a located tree and collects its problems; null if it cannot be parsed. */
export function parseYaml(file: string, source: string, problems: Problems): Node | null {
  const refusal = guardText(source);
  if (refusal !== null) {
    // The text of a rejected file is not shown, because it can contain anything.
    const at = { file, start: refusal.offset, end: refusal.offset + 1 };
    problems.source(file, maskBad(source, refusal.code));
    problems.add({ code: refusal.code, at, path: [], message: refusal.message });
    return null;
  }
  problems.source(file, source);
  const foreign = foreignText(source, file);
  if (foreign !== null) {
    const at = { file, start: 0, end: 1 };
    problems.add({ code: 'FL113', at, path: [], message: foreign });
    return null;
  }
  const document = parseDocument(source, {
    version: '1.2',
    strict: true,
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    // `silent` would also suppress the error for a second document.
    logLevel: 'error',
  });
  for (const issue of [...document.errors, ...document.warnings]) {
    const [start, end] = issue.pos;
    const bare = bareIndexAt(source, start);
    const message =
      bare === null ? say(issue.message) : `a ${bare.is} with [ ] needs quotes: '${bare.text}'`;
    problems.add({ code: 'FL105', at: { file, start, end }, path: [], message });
    // What follows on the line is read as something else.
    if (bare !== null) break;
  }
  if (document.errors.length + document.warnings.length > 0) return null;
  const reader = new Reader(file, source, problems);
  return reader.document(document);
}

/** `nodes[0]` or `topics.orders.subscribers[0].retry`, written between braces without quotes around a position. */
function bareIndexAt(source: string, at: number): Bare | null {
  const from = source.lastIndexOf('\n', at - 1) + 1;
  const line = source.slice(from).split('\n', 1)[0]!;
  const found = /[{[,:]\s*(?<text>[\w.*-]+\[[\w.*-]+\][\w.*[\]>-]*)\s*(?<end>[:,}\]])/u.exec(line);
  if (found === null) return null;
  const { text, end } = found.groups!;
  return { text: text!, is: end === ':' ? 'key' : 'value' };
}

interface Bare {
  readonly text: string;
  readonly is: 'key' | 'value';
}

class Reader {
  private readonly anchors = new Map<string, ParsedNode>();
  private nodes = 0;
  private stopped = false;

  constructor(
    private readonly file: string,
    private readonly source: string,
    private readonly problems: Problems,
  ) {}

  document(document: Document.Parsed): Node | null {
    const root = document.contents;
    if (root === null) {
      this.fail('FL113', [0, Math.min(this.source.length, 1)], 'the file is empty');
      return null;
    }
    const node = this.node(root, 1);
    return this.stopped ? null : node;
  }

  private node(node: ParsedNode | null, depth: number): Node {
    if (node === null) return scalar(null, this.place([0, 0]));
    if (this.stopped) return scalar(null, this.place(node.range));
    if (++this.nodes > NODES_MAX) return this.stop('FL109', node, `more than ${NODES_MAX} values`);
    if (depth > DEPTH_MAX) {
      return this.stop('FL104', node, `values are nested more than ${DEPTH_MAX} deep`);
    }
    if (isAlias(node)) return this.alias(node, depth);
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
    if (isScalar(node)) return this.scalar(node);
    if (isMap(node)) return this.map(node as YAMLMap.Parsed, depth);
    if (isSeq(node)) {
      const read = (node.items as ParsedNode[]).map((item) => this.node(item, depth + 1));
      return list(read, this.place(node.range));
    }
    return this.stop('FL105', node, 'cannot be read');
  }

  private alias(node: Alias.Parsed, depth: number): Node {
    const target = this.anchors.get(node.source);
    if (target === undefined)
      return this.stop('FL105', node, `nothing is anchored as &${node.source}`);
    if (isAlias(target)) return this.stop('FL105', node, 'an alias of an alias is not supported');
    // The target is read again, so that its nodes count for each alias. This stops alias bombs.
    const read = this.node(target, depth + 1);
    return { ...read, at: this.place(node.range) };
  }

  private scalar(node: Scalar.Parsed): Node {
    const { value } = node;
    const at = this.place(node.range);
    if (typeof value === 'string') {
      const bad = badCharacter(value);
      if (bad !== null) this.fail('FL103', node.range, bad.message);
      return scalar(value, at);
    }
    if (typeof value === 'number') return this.number(node, value, at);
    if (typeof value === 'boolean' || value === null) return scalar(value, at);
    this.fail('FL105', node.range, 'only text, numbers, true, false and null are supported');
    return scalar(null, at);
  }

  private number(node: Scalar.Parsed, value: number, at: Place): Node {
    if (!Number.isFinite(value)) {
      const message = `${Number.isNaN(value) ? 'NaN' : 'infinity'} is not allowed as a number`;
      this.fail('FL204', node.range, message);
      return scalar(null, at);
    }
    if (/^[-+]?0\d/.test(node.source)) {
      const message = `${node.source} reads like octal but is ${value}: write ${value}`;
      this.fail('FL204', node.range, message);
    }
    return scalar(value, at);
  }

  private map(node: YAMLMap.Parsed, depth: number): Node {
    const read = new Map<string, Entry>();
    let open = false;
    for (const pair of node.items as Pair<ParsedNode, ParsedNode | null>[]) {
      if (this.stopped) break;
      // `{ a: f(1, 2, x) }` yields the keys `2` and `x)` too. The incomplete value of `a` is reported instead.
      const isPiece: boolean = open && isEmpty(pair.value);
      open = isPiece ? !endsCall(pair.key) : beginsCall(pair.value);
      if (isPiece && open) continue;
      const key = this.key(pair.key);
      if (key === null) continue;
      const at = this.place(pair.key.range);
      const first = read.get(key);
      if (first !== undefined) {
        const message = `duplicate key ${JSON.stringify(key)} (first defined ${this.where(first.key, at)})`;
        this.fail('FL106', pair.key.range, message);
        continue;
      }
      if (isEmpty(pair.value)) {
        if (key.endsWith(')')) read.set(key, { key: at, value: scalar('', at) });
        else
          this.fail(
            'FL204',
            pair.key.range,
            `${key} has no value: write one, or null to delete what is inherited`,
          );
        continue;
      }
      read.set(key, { key: at, value: this.node(pair.value, depth + 1) });
    }
    return map(read, this.place(node.range));
  }

  private key(node: ParsedNode): string | null {
    if (!isScalar(node) || typeof node.value !== 'string') {
      this.fail('FL108', node.range, 'a key must be text: put it in quotes');
      return null;
    }
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
    if (FORBIDDEN.has(node.value)) {
      this.fail('FL107', node.range, `the key ${node.value} is not allowed`);
      return null;
    }
    if (node.value === '<<') {
      const message = 'YAML merge keys are not supported: use templates and `extends`';
      this.fail('FL105', node.range, message);
      return null;
    }
    const bad = badCharacter(node.value);
    if (bad !== null) this.fail('FL103', node.range, bad.message);
    return node.value;
  }

  private stop(code: Code, node: ParsedNode, message: string): Node {
    this.stopped = true;
    this.fail(code, node.range, message);
    return scalar(null, this.place(node.range));
  }

  private fail(code: Code, range: readonly number[], message: string): void {
    const at = this.place(range);
    this.problems.add({ code, at, path: [], message });
  }

  /** Line of an earlier place, relative to a later one. */
  private where({ start }: Place, later: Place): string {
    const line = this.source.slice(0, start).split('\n').length;
    const isSame = !this.source.slice(start, later.start).includes('\n');
    return isSame ? 'on the same line' : `on line ${line}`;
  }

  private place(range: readonly number[]): Place {
    return { file: this.file, start: range[0], end: Math.max(range[1], range[0]) };
  }
}

/** Whether a value is a call without its end, such as `f(1` of `{ a: f(1, 2) }`. */
function beginsCall(value: ParsedNode | null): boolean {
  return isScalar(value) && /^[A-Za-z]\w*\([^)]*$/.test(String(value.value));
}

function endsCall(key: ParsedNode): boolean {
  return isScalar(key) && String(key.value).endsWith(')');
}

/** Whether there is no value after the colon, in contrast to a written null. */
function isEmpty(node: ParsedNode | null): node is null {
  return node === null || (isScalar(node) && node.value === null && node.source === '');
}

/** Keeps the text of a rejected file for line numbers, except if it is too large. */
function maskBad(source: string, code: Code): string {
  return code === 'FL102' ? '' : source;
}

/** The parser's message without its position, in our wording. */
function say(message: string): string {
  const first = message.split('\n')[0].replace(/ at line \d+, column \d+:?$/, '');
  if (/multiple documents/i.test(first))
    return 'a file may have only one document: remove the second `---`';
  if (/Unresolved tag/i.test(first)) return `${first}: tags are not supported`;
  return first;
}
