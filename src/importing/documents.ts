import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type ParsedNode,
} from 'yaml';
import { DEPTH_MAX, guardText, NODES_MAX } from '../scenario/guards.js';
import { Cell, type Scalar, type SourceText } from './cell.js';
import { ImportError, KustomizationError, TemplateError } from './error.js';
import { dotEnvOf, isDotEnv } from './dot-env.js';
import { isProperties, propertiesOf } from './properties-file.js';
import { dockerfileOf, isDockerfile } from './dockerfile.js';
import { caddyOf, isCaddyfile } from './caddy-file.js';
import { haproxyOf, isHaproxy } from './haproxy-file.js';
import { isNginx, nginxOf } from './nginx-file.js';
import { isKafkaDescribe, kafkaDescribeOf } from './kafka-describe.js';

/** Formats of proxies, by the names of their files. */
const PROXIES: readonly ProxyFormat[] = [
  { isFile: isHaproxy, read: haproxyOf },
  { isFile: isNginx, read: nginxOf },
  { isFile: isCaddyfile, read: caddyOf },
];

interface ProxyFormat {
  isFile(path: string): boolean;
  /** None if it is a file of another program. */
  read(source: SourceText): readonly Cell[];
}

/** The format of the file of a proxy; undefined = it is another file. */
export function proxyFormat(path: string): ProxyFormat | undefined {
  return PROXIES.find(({ isFile }) => isFile(path));
}

/** Keys that would reach the prototype of an object. */
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The documents of a YAML or JSON file, as values with their lines. Empty documents are left out. */
export function documentsOf(source: SourceText): readonly Cell[] {
  const { path } = source;
  // Settings of .NET have comments.
  const text = path.endsWith('.json') ? source.text.replace(/^[^\S\n]*\/\/.*$/gm, '') : source.text;
  if (isDotEnv(path)) return [dotEnvOf(source)];
  if (isProperties(path)) return [propertiesOf(source)];
  const proxy = proxyFormat(path);
  if (proxy !== undefined) return proxy.read(source);
  if (isDockerfile(path)) return dockerfileOf(source);
  if (isKafkaDescribe(text)) return [kafkaDescribeOf(source)];
  const refusal = guardText(text);
  if (refusal !== null) {
    const line = text.slice(0, refusal.offset).split('\n').length;
    throw new ImportError(`${path}:${line}: ${refusal.message}`);
  }
  refuseTemplates(source);
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    strict: false,
    uniqueKeys: false,
    merge: true,
    prettyErrors: false,
    logLevel: 'error',
  });
  if (!Array.isArray(parsed)) return [];
  const documents = parsed as readonly Document.Parsed[];
  const reader = new Reader(path, lines);
  return documents.flatMap((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) {
      const { line } = lines.linePos(problem.pos[0]);
      const format = path.endsWith('.json') ? 'JSON' : 'YAML';
      throw new ImportError(
        `${path}:${line}: is not valid ${format}: ${firstLine(problem.message)}`,
      );
    }
    const root = document.contents;
    if (root === null || (isScalar(root) && root.value === null)) return [];
    return [withFiles(reader.read(root))];
  });
}

/** A ConfigMap whose files of Spring and nginx are mappings of their own, with the lines that they have in it. */
function withFiles(document: Cell): Cell {
  const data = document.get('data');
  if (document.get('kind')?.text() !== 'ConfigMap' || data === undefined || data.isScalar)
    return document;
  const files = data.entries().map(([name, cell]) => [name, fileIn(name, cell)] as const);
  const all = document.entries().map(([key, cell]) => {
    const below = new Cell(data.path, data.file, data.line, new Map(files));
    return [key, key === 'data' ? below : cell] as const;
  });
  return new Cell(document.path, document.file, document.line, new Map(all));
}

function fileIn(name: string, cell: Cell): Cell {
  const text = cell.text();
  if (text === undefined) return cell;
  const source = { path: cell.file, text: '\n'.repeat(cell.line) + text };
  const proxy = proxyFormat(name);
  if (proxy !== undefined) return proxy.read(source)[0] ?? cell;
  if (!APPLICATION.test(name)) return cell;
  try {
    const documents = isProperties(name) ? [propertiesOf(source)] : documentsOf(source);
    const [first, ...others] = documents;
    if (first === undefined || others.length === 0) return first ?? cell;
    return new Cell(cell.path, cell.file, cell.line, documents);
  } catch (error) {
    if (error instanceof ImportError) return cell;
    throw error;
  }
}

/** Files with settings of Spring, as they are called in a ConfigMap. */
const APPLICATION = /^application(-[\w-]+)?\.(ya?ml|properties)$/i;

/** Templates and Kustomizations become manifests only when their own tools render them. */
function refuseTemplates({ path, text }: SourceText): void {
  const template = TEMPLATE.exec(text);
  if (template !== null) {
    const line = text.slice(0, template.index).split('\n').length;
    throw new TemplateError(
      `${path}:${line}: is a Helm template: render it, such as helm template CHART | faultline import -`,
    );
  }
  if (!/(^|[/\\])kustomization\.ya?ml$/i.test(path) && !/^kind:\s*Kustomization\s*$/m.test(text))
    return;
  const folder = path.replace(/[^/\\]*$/, '') || '.';
  throw new KustomizationError(
    `${path}:1: is a Kustomization: render it with kubectl kustomize ${folder} > all.yaml, and import all.yaml`,
  );
}

/** Actions of Helm charts. Other programs use braces too, such as alerts of Prometheus. */
const TEMPLATE =
  /\{\{-?\s*(\.(Values|Release|Chart)|include|if|range|with|toYaml|template|define|end)\b/;

/** Turns nodes into cells. Aliases count in full, so that a small file cannot become a large one. */
class Reader {
  private readonly anchors = new Map<string, ParsedNode>();
  private nodes = 0;

  constructor(
    private readonly file: string,
    private readonly lines: LineCounter,
  ) {}

  read(root: ParsedNode): Cell {
    this.anchors.clear();
    return this.cell(root, '', 1);
  }

  private cell(node: ParsedNode | null, path: string, depth: number, at = node): Cell {
    if (++this.nodes > NODES_MAX) throw this.refusal(node, `has more than ${NODES_MAX} values`);
    if (depth > DEPTH_MAX) throw this.refusal(node, `is nested more than ${DEPTH_MAX} deep`);
    const line = this.lineOf(at);
    if (node === null) return new Cell(path, this.file, line, null);
    if (isAlias(node)) return this.alias(node.source, node, path, depth);
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
    const replaces = node.tag === '!override' || node.tag === '!reset';
    if (isMap(node)) {
      const entries = this.entries(node.items as Pairs, path, depth);
      return new Cell(path, this.file, line, entries, replaces);
    }
    if (isSeq(node)) {
      const items = (node.items as ParsedNode[]).map((item, index) =>
        this.cell(item, `${path}[${index}]`, depth + 1),
      );
      return new Cell(path, this.file, line, items, replaces);
    }
    const scalar = scalarOf(isScalar(node) ? node.value : null);
    return new Cell(path, this.file, line, node.tag === '!reset' ? null : scalar, replaces);
  }

  private alias(source: string, node: ParsedNode, path: string, depth: number): Cell {
    const target = this.anchors.get(source);
    if (target === undefined) throw this.refusal(node, `uses *${source}, which is defined nowhere`);
    return this.cell(target, path, depth + 1, node);
  }

  private entries(pairs: Pairs, path: string, depth: number): ReadonlyMap<string, Cell> {
    const own = new Map<string, Cell>();
    const inherited = new Map<string, Cell>();
    for (const { key, value } of pairs) {
      const name = keyOf(key);
      if (FORBIDDEN.has(name)) throw this.refusal(key, `has the key ${name}, which is not allowed`);
      if (isMerge(key)) {
        for (const [each, cell] of this.merged(value, path, depth)) {
          if (!inherited.has(each)) inherited.set(each, cell);
        }
        continue;
      }
      const below = path === '' ? name : `${path}.${name}`;
      // A value that is missing has no place, and is where its key is.
      own.set(name, this.cell(value, below, depth + 1, isWritten(value) ? value : key));
    }
    return new Map([...inherited, ...own]);
  }

  /** The entries of the mappings behind `<<`; the first one of a name wins. */
  private merged(
    value: ParsedNode | null,
    path: string,
    depth: number,
  ): readonly (readonly [string, Cell])[] {
    const cell = this.cell(value, path, depth + 1);
    return [cell, ...cell.items()].flatMap((each) => each.entries());
  }

  private lineOf(node: ParsedNode | null): number {
    return node === null ? 1 : this.lines.linePos(node.range[0]).line;
  }

  private refusal(node: ParsedNode | null, message: string): ImportError {
    return new ImportError(`${this.file}:${this.lineOf(node)}: ${message}`);
  }
}

type Pairs = readonly { readonly key: ParsedNode; readonly value: ParsedNode | null }[];

/** The parser gives a plain `<<` the value of a symbol; a quoted one is a key like others. */
function isMerge(key: ParsedNode): boolean {
  return isScalar(key) && typeof key.value === 'symbol';
}

function keyOf(key: ParsedNode): string {
  return isScalar(key) ? String(key.value) : key.toString();
}

function isWritten(node: ParsedNode | null): boolean {
  return node !== null && node.range[1] > node.range[0];
}

function scalarOf(value: unknown): Scalar {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  return String(value);
}

function firstLine(message: string): string {
  return message.split('\n')[0]!;
}
