import { Cell, DerivedCell } from '../../cell.js';

/** A variable of the environment of a process. */
export interface Variable {
  readonly name: string;
  readonly value: Cell;
}

/**
 * A mapping of several sources, in which a name with dashes may also be spread over mappings: `SPRING_DATASOURCE_HIKARI_
 * MAXIMUM_POOL_SIZE` is the old spelling of `..._MAXIMUMPOOLSIZE`.
 */
export class Layer extends Cell {}

/** `maximum-pool-size`, `maximumPoolSize` and `MAXIMUM_POOL_SIZE` are one name. */
export function plainName(key: string): string {
  return key.toLowerCase().replace(/[-_]/g, '');
}

/**
 * Variables as the mapping that they bind to: underscores and dots divide names, case and dashes do not count, and numbers are
 * places in lists. Source: docs.spring.io/spring-boot/reference/features/external-config (binding from environment variables).
 */
export function environmentOf(variables: readonly Variable[]): Layer | undefined {
  const [first] = variables;
  if (first === undefined) return undefined;
  const root: Branch = new Map();
  for (const { name, value } of variables) {
    let at = root;
    for (const part of name.split(/[._]/)) {
      const key = plainName(part);
      const next = at.get(key) ?? { below: new Map() };
      at.set(key, next);
      at = next.below;
    }
    at.set(SELF, { below: new Map(), value });
  }
  return layerOf(root, '', first.value);
}

type Branch = Map<string, { readonly below: Branch; readonly value?: Cell }>;

/** The key of a value that has others below it, such as `LOGGING_LEVEL` and `LOGGING_LEVEL_ROOT`. */
const SELF = '';

function layerOf(branch: Branch, path: string, place: Cell): Layer {
  const cells = [...branch].map(([key, { below, value }]) => {
    const [own] = [...below.values()];
    const isLeaf = below.size === 1 && below.has(SELF) && own?.value !== undefined;
    const cell =
      value ?? (isLeaf ? own!.value! : layerOf(below, path === '' ? key : `${path}.${key}`, place));
    return [key, cell] as const;
  });
  const isList = cells.every(([key], index) => key === String(index));
  const content = isList ? cells.map(([, cell]) => cell) : new Map(cells);
  return new Layer(path, place.file, place.line, content);
}

/** Two sources of settings as one; the first one wins. Names are those of the second one where both have them. */
export function layered(first: Cell | undefined, second: Cell | undefined): Cell | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  if (!(first.value instanceof Map) || !(second.value instanceof Map)) {
    second.list('a source of settings with more weight has another value');
    return first;
  }
  const winning = nested(first);
  const own = new Map(winning.map(([key, cell]) => [plainName(key), cell] as const));
  const merged = new Map<string, Cell>();
  for (const [key, cell] of nested(second)) {
    merged.set(key, layered(own.get(plainName(key)), cell)!);
    own.delete(plainName(key));
  }
  for (const [key, cell] of winning) {
    if (own.get(plainName(key)) === cell) merged.set(key, cell);
  }
  return new Layer(second.path, second.file, second.line, merged);
}

/** Entries with one name each: `spring.datasource: X` is `datasource: X` in `spring`. */
function nested(cell: Cell): readonly (readonly [string, Cell])[] {
  const found = new Map<string, Cell>();
  for (const [key, value] of cell.entries()) {
    const [first = '', ...rest] = key.startsWith('[') ? [key] : key.split('.');
    const inner = rest.reduceRight(
      (below, name) => new Cell(value.path, value.file, value.line, new Map([[name, below]])),
      value,
    );
    const known = [...found.keys()].find((one) => plainName(one) === plainName(first));
    found.set(known ?? first, layered(inner, known === undefined ? undefined : found.get(known))!);
  }
  return [...found];
}

/** The same with a mapping for each part of a name with dots, as files of properties have them. */
export function expanded(cell: Cell): Cell {
  if (!(cell.value instanceof Map)) return cell;
  const content = nested(cell).map(([key, value]) => [key, expanded(value)] as const);
  return new Layer(cell.path, cell.file, cell.line, new Map(content));
}

/** The entry of a mapping with a name, however it is spelt. */
export function entryOf(cell: Cell | undefined, name: string): Cell | undefined {
  return cell?.entries().find(([key]) => plainName(key) === plainName(name))?.[1];
}

/** The value below the words of a path in kebab case. */
export function below(cell: Cell | undefined, parts: readonly string[]): Cell | undefined {
  const [first, ...rest] = parts;
  if (cell === undefined || first === undefined) return cell?.get(SELF) ?? cell;
  const isSpread = cell instanceof Layer && first.includes('-');
  const spread = isSpread ? below(cell, [...first.split('-'), ...rest]) : undefined;
  return layered(spread, wholeBelow(cell, parts));
}

function wholeBelow(cell: Cell, parts: readonly string[]): Cell | undefined {
  for (const [key, value] of cell.entries()) {
    const own = key.split('.').map(plainName);
    if (!own.every((part, index) => part === plainName(parts[index] ?? ''))) continue;
    const found = below(value, parts.slice(own.length));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All values of a mapping with their paths. */
export function pathsIn(cell: Cell, path = ''): readonly (readonly [string, Cell])[] {
  if (cell.isScalar) return [[path, cell]];
  const within = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const all = [
    ...cell.entries(),
    ...cell.items().map((item, index) => [String(index), item] as const),
  ];
  return all.flatMap(([key, value]) => pathsIn(value, within(key)));
}

/** Puts in what placeholders name: `${DB_HOST:localhost}` is the variable DB_HOST, or another property, if there is one. */
export function resolved(cell: Cell, root: Cell = cell): Cell {
  if (!cell.isScalar) {
    const content =
      cell.value instanceof Map
        ? new Map(cell.entries().map(([key, value]) => [key, resolved(value, root)] as const))
        : cell.items().map((item) => resolved(item, root));
    return new Layer(cell.path, cell.file, cell.line, content);
  }
  const origins = new Set<Cell>([cell]);
  let text = cell.text() ?? '';
  for (let round = 0; round < NESTING_MAX && text.includes('${'); round++) {
    const before = text;
    text = text.replace(/\$\{([^${}:]+)(:[^{}]*)?\}/g, (whole, name: string) => {
      const words = name.toLowerCase();
      const found = below(root, words.split('.')) ?? below(root, words.split(/[._]/));
      const value = found === cell ? undefined : found?.text();
      if (value === undefined) return whole;
      origins.add(found!);
      return value;
    });
    if (text === before || text.length > TEXT_MAX) break;
  }
  return origins.size === 1 ? cell : new DerivedCell(cell.path, [...origins], text);
}

/** Placeholders that lead to others. */
const NESTING_MAX = 8;
const TEXT_MAX = 4096;
