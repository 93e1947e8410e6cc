import { join } from 'node:path';
import { canonicalJson } from '../../text/canonical.js';
import { oneLine } from '../../text/line.js';
import { sealed, sealOf } from '../../text/seal.js';
import { sha256 } from '../../text/sha256.js';
import type { CaseShape, KnownCases } from '../../api/sweeps/host.js';
import { type SweepFigures, sweepFigures } from '../../contracts/result/sweep-figures.js';
import { CommandError } from '../exit.js';
import { writeOutput } from '../output.js';
import { readStored, Unusable, type Stored } from '../stored/envelope.js';
import { codeOf, systemMessage } from '../system-errors.js';
import type { Terminal } from '../terminal.js';
import { VERSION } from '../../text/version.js';
import type { z } from 'zod';
import {
  digest,
  exactShape,
  isShare,
  list,
  oneOf,
  refuse,
  text,
} from '../../contracts/result/shapes.js';
import type { MetricUnit } from '../../contracts/scenario/expression.js';

/**
 * The computed figures of a sweep, one file for each setting, named by everything on which its figures depend. An
 * interrupted sweep continues where it was, and the shards of a sweep are joined by putting their files together. A
 * file that cannot be used is named, and counts as missing.
 */
export class CaseStore implements KnownCases {
  readonly directory: string;
  private readonly isRead: boolean;
  private readonly terminal: Pick<Terminal, 'note'>;

  /** `isFresh`: existing files are not read, only overwritten. */
  constructor(directory: string, isFresh: boolean, terminal: Pick<Terminal, 'note'>) {
    this.directory = directory;
    this.isRead = !isFresh;
    this.terminal = terminal;
  }

  /** Figures that were computed before; undefined if there are none that can be used. */
  find(parts: object, shape: CaseShape): readonly SweepFigures[] | undefined {
    if (!this.isRead) return undefined;
    const key = caseKey(parts);
    try {
      const file = readStored(this.pathOf(key), CASE);
      requireShape(file, key, shape);
      return file.variants;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      const why = systemMessage(error);
      this.terminal.note(oneLine(`${this.pathOf(key)}: ${why}; computed again`));
      return undefined;
    }
  }

  keep(parts: object, variants: readonly SweepFigures[]): void {
    const key = caseKey(parts);
    const engine = { version: VERSION };
    const file: CaseFile = { faultline: 'case/4', engine, key, variants };
    try {
      writeOutput(this.pathOf(key), sealed(file));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const kept =
        'Settings that were computed before are kept: the same command goes on from there.';
      throw new CommandError(error.exitCode, `${error.message}\n  ${kept}`, { cause: error });
    }
  }

  private pathOf(key: string): string {
    return join(this.directory, `${key}.json`);
  }
}

/** A file name derived from everything on which the figures depend, and the format of the file. */
function caseKey(parts: object): string {
  return sha256(canonicalJson({ ...parts, format: CASE.format })).slice(0, 32);
}

/** The figures of one setting of a sweep. */
interface CaseFile {
  readonly faultline: 'case/4';
  readonly engine: { readonly version: string };
  /** The name of the file: a hash of everything on which the figures depend. */
  readonly key: string;
  readonly variants: readonly SweepFigures[];
}

/** Each run has a value; a setting that a guard stopped has none. */
const whole = exactShape({
  ...sweepFigures.shape,
  // A setting that ran out of memory is not stored.
  stop: oneOf('events', 'instant', 'depth').nullable(),
}).check((context) => {
  const { replications, stop, figures: all } = context.value;
  const runs = stop === null ? replications : 0;
  for (const [i, { each, never }] of all.entries()) {
    const place = ['figures', i];
    if (each.length !== runs) {
      refuse(context, [...place, 'each', 'length'], `must be ${runs}, as many as there are runs`);
    }
    if (never > runs) refuse(context, [...place, 'never'], `must be at most ${runs}`);
  }
});

const schema: z.ZodType<CaseFile> = exactShape({
  faultline: oneOf('case/4'),
  checksum: digest,
  engine: exactShape({ version: text }),
  key: text,
  variants: list(whole),
});

const CASE: Stored<CaseFile> = {
  name: 'sweep case',
  format: 'case/4',
  isOfVersion: true,
  seal: { field: 'checksum', of: sealOf },
  schema,
};

/** Checks that a file holds the figures that a sweep asks for. Throws `Unusable`. */
function requireShape(file: CaseFile, key: string, shape: CaseShape): void {
  if (file.key !== key) throw new Unusable(`is the sweep case ${file.key} under another name`);
  const names = file.variants.map(({ name }) => name);
  if (names.join() !== shape.variants.join()) {
    throw new Unusable(`has the variants ${names.join(', ')}, not ${shape.variants.join(', ')}`);
  }
  for (const [i, own] of file.variants.entries()) {
    const problem = shapeProblem(own, shape);
    if (problem !== null) throw new Unusable(`is no ${CASE.name}: variants[${i}]${problem}`);
  }
}

function shapeProblem(own: SweepFigures, shape: CaseShape): string | null {
  const { units, budgets, replications } = shape;
  // A guard stops the later replications, too.
  if (own.replications > replications || (own.stop === null && own.replications < replications)) {
    return `.replications must be ${replications}, found ${own.replications}`;
  }
  const lengths = [
    ['figures', units.length],
    ['budgets', budgets],
    ['points', budgets],
  ] as const;
  for (const [name, length] of lengths) {
    const found = own[name].length;
    if (found !== length) return `.${name} must have ${length} entries, found ${found}`;
  }
  if (own.expect !== null && !shape.hasExpect) return '.expect must be null, found a map';
  for (const [k, { value, each }] of own.figures.entries()) {
    const wrong = [value, ...each].find((one) => one !== null && !isPossible(one, units[k]!));
    if (wrong !== undefined)
      return `.figures[${k}] must have shares between 0 and 1, found ${wrong}`;
  }
  return null;
}

function isPossible(value: number, own: MetricUnit): boolean {
  return own !== 'share' || isShare(value);
}
