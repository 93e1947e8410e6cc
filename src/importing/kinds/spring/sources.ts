import { Cell, DerivedCell } from '../../cell.js';
import { documentsOf } from '../../documents.js';
import { ImportError } from '../../error.js';
import { environmentOf, layered, type Variable } from './layers.js';

/** Settings of a process besides its files: its environment, and the words that start it. */
export interface ProcessSource {
  readonly variables: readonly Variable[];
  /** Its command line: texts, or lists of words. */
  readonly commands: readonly (Cell | undefined)[];
}

/**
 * Variables with options of a Java process, the one that counts least first. The command line comes before the last one,
 * which the JVM reads after it. `JAVA_OPTS` and the like are put on the command line by the scripts that start it.
 */
const OPTIONS = ['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', 'JAVA_OPTS', 'JVM_OPTS'] as const;
const LAST_OPTIONS = '_JAVA_OPTIONS';
const JSON_VARIABLE = 'SPRING_APPLICATION_JSON';
const JSON_PROPERTY = 'spring.application.json';

/**
 * All settings of a process as one mapping, in the order of Spring Boot: arguments, JSON, system properties, environment.
 * Source: docs.spring.io/spring-boot/reference/features/external-config.
 */
export function settingsOfProcess({ variables, commands }: ProcessSource): Cell | undefined {
  const named = (name: string): readonly Cell[] =>
    variables.flatMap((one) => (one.name === name ? [one.value] : []));
  const pieces = commands.flatMap((cell) =>
    cell === undefined || cell.isScalar ? (cell ?? []) : cell.items(),
  );
  const flags = (prefix: string, cells: readonly Cell[]): Pairs =>
    cells.flatMap((cell) => pairsIn(cell, prefix, pieces.includes(cell)));
  const systems = flags('-D', [...OPTIONS.flatMap(named), ...pieces, ...named(LAST_OPTIONS)]);
  const inline = flags('--', pieces);
  const json = [...named(JSON_VARIABLE), ...withKey(systems), ...withKey(inline)].at(-1);
  const sources = [
    mappingOf(inline),
    json === undefined ? undefined : jsonOf(json),
    mappingOf(systems),
    environmentOf(variables),
  ];
  return sources.reduceRight<Cell | undefined>((below, own) => layered(own, below), undefined);
}

type Pairs = readonly (readonly [string, Cell])[];

function withKey(pairs: Pairs): readonly Cell[] {
  return pairs.flatMap(([key, cell]) => (key === JSON_PROPERTY ? [cell] : []));
}

/** `-Dspring.x=7` and the like among the words of a text. Quotes keep words together; a word of a list has none. */
function pairsIn(cell: Cell, prefix: string, isCommand: boolean): Pairs {
  const text = cell.text() ?? '';
  const isWord = isCommand && text.startsWith('-');
  const words = isWord ? [text] : (text.match(WORD) ?? []);
  return words.flatMap((word) => {
    const plain = isWord ? word : word.replace(/(["'])(.*?)\1/gs, '$2');
    const at = plain.indexOf('=');
    if (!plain.startsWith(prefix) || at < 0) return [];
    const key = plain.slice(prefix.length, at);
    return NAME.test(key) ? [[key, new DerivedCell(cell.path, [cell], plain.slice(at + 1))]] : [];
  });
}

const WORD = /(?:"[^"]*"|'[^']*'|[^\s"'])+/g;
/** Names of properties; other flags with a value are those of other programs. */
const NAME = /^[a-z][\w-]*(\.[\w-]+)+$/i;

/** The last one of a name wins. */
function mappingOf(pairs: Pairs): Cell | undefined {
  const [first] = pairs;
  if (first === undefined) return undefined;
  const [, { path, file, line }] = first;
  return new Cell(path, file, line, new Map(pairs));
}

/** A mapping in a text, whose values have their place where the text has it. */
function jsonOf(origin: Cell): Cell | undefined {
  try {
    const [document] = documentsOf({ path: origin.file, text: origin.text() ?? '' });
    return document === undefined ? undefined : derived(document, origin);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    origin.relist('is not valid JSON: Spring ignores it');
    return undefined;
  }
}

function derived(cell: Cell, origin: Cell): Cell {
  if (cell.isScalar) return new DerivedCell(cell.path, [origin], cell.text() ?? '');
  const content =
    cell.value instanceof Map
      ? new Map(cell.entries().map(([key, value]) => [key, derived(value, origin)] as const))
      : cell.items().map((item) => derived(item, origin));
  return new Cell(cell.path, origin.file, origin.line, content);
}
