import type { z } from 'zod';
import { show } from '../../contracts/quantities/quantity-text.js';
import { readGuarded } from '../files.js';
import { VERSION } from '../../text/version.js';
import { STORED_BYTES_MAX, TOO_DEEP, isTooDeep, sizeProblem } from './limits.js';
import { problemOf } from './problem.js';

/**
 * A kind of file that the program writes and reads back. All kinds are checked in the same way, from the outside in: size
 * and depth, JSON, kind, version, values, checksum.
 */
export interface Stored<T> {
  /** Its name in messages: `result document`. */
  readonly name: string;
  /** Value of its field `faultline`. */
  readonly format: number | string;
  /** Whether only the version that has written it may read it. A file in version control outlives a version. */
  readonly isOfVersion: boolean;
  /** The field with the checksum, and the checksum of the other values. */
  readonly seal: { readonly field: string; of(document: T): string };
  /**
   * What the values must be. A checksum can be forged, and what a program writes can be wrong: no value is used that
   * has not been checked. Fields that it does not name are kept.
   */
  readonly schema: z.ZodType;
}

/** A file cannot be used. The message says why, and follows the name of the file. */
export class Unusable extends Error {}

/** A file is no JSON that is read; it may be another language. */
export class NoJson extends Unusable {}

/** The values of a file of a kind. Throws `Unusable`, or a system error. */
export function readStored<T>(path: string, kind: Stored<T>): T {
  return opened(parsedJson(readGuarded(path, STORED_BYTES_MAX)), kind);
}

/** The value of a JSON text. V8's message about invalid JSON quotes the text, so only the line is reported. */
export function parsedJson(text: string): unknown {
  if (text.trim() === '') throw new NoJson('is empty');
  if (isTooDeep(text)) throw new NoJson(TOO_DEEP);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // V8 may refuse a text that it cannot hold.
    if (!(error instanceof SyntaxError)) throw new Unusable(`cannot be read: ${String(error)}`);
    const isCut = /^\s*\{/.test(text) && !/\}\s*$/.test(text);
    const at = /position (\d+)/.exec(error.message)?.[1];
    const line = at === undefined ? '' : `, line ${text.slice(0, Number(at)).split('\n').length}`;
    const why = isCut ? ': it ends in the middle of a value, so a part is missing' : line;
    throw new NoJson(`is not valid JSON${why}`, { cause: error });
  }
}

/** The values of a document of a kind. */
export function opened<T>(document: unknown, kind: Stored<T>): T {
  const { name, format, isOfVersion, seal, schema } = kind;
  if (!isRecord(document)) throw new Unusable(`is no ${name}: it is not a mapping`);
  requireFormat(document, name, format);
  if (isOfVersion) requireVersion(document, name);
  const size = sizeProblem(document);
  if (size !== null) throw new Unusable(`is no ${name}: ${size}`);
  if (!Object.hasOwn(document, seal.field)) {
    throw new Unusable(`is no complete ${name}: it has no ${seal.field}`);
  }
  const { success, error } = schema.safeParse(document);
  if (!success) throw new Unusable(`is no ${name}: ${problemOf(error.issues[0]!, document)}`);
  const values = document as T;
  if (document[seal.field] === seal.of(values)) return values;
  const why = `its ${seal.field} is not that of its values`;
  throw new Unusable(`was changed by hand, or is damaged: ${why}`);
}

/** Whether a value is a mapping. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function requireFormat(
  document: Readonly<Record<string, unknown>>,
  name: string,
  format: number | string,
): void {
  const own = document['faultline'];
  const isOther = FOREIGN.find(([field]) => field in document && typeof format === 'number');
  if (isOther !== undefined) throw new Unusable(`is the document of ${isOther[1]}, not a ${name}`);
  if (own === format) return;
  if (typeof own !== 'string' || !/^[a-z]+\/\d+$/.test(own)) {
    throw new Unusable(`is no ${name}: its field faultline must be ${format}, found ${show(own)}`);
  }
  throw new Unusable(`is a ${own} file, not a ${name} (${format})`);
}

/** Documents with the format of a result that have another shape, by a field that only they have. */
const FOREIGN: readonly (readonly [field: string, what: string])[] = [
  ['cases', 'a sweep'],
  ['explored', 'an exploration'],
];

function requireVersion(document: Readonly<Record<string, unknown>>, name: string): void {
  const { engine } = document;
  const version = isRecord(engine) ? engine['version'] : undefined;
  if (typeof version !== 'string') {
    throw new Unusable(`is no ${name}: it has no version of faultline`);
  }
  if (version === VERSION) return;
  throw new Unusable(`was written by faultline ${show(version)}, and this is ${VERSION}`);
}
