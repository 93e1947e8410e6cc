import { join } from 'node:path';
import { canonicalJson } from '../../text/canonical.js';
import { oneLine } from '../../text/line.js';
import { sealed } from '../../text/seal.js';
import { sha256 } from '../../text/sha256.js';
import type { CaseShape, KnownCases } from '../../api/sweeps/host.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';
import { CommandError } from '../exit.js';
import { writeOutput } from '../output.js';
import { readStored } from '../stored/envelope.js';
import { codeOf, systemMessage } from '../system-errors.js';
import type { Terminal } from '../terminal.js';
import { VERSION } from '../../text/version.js';
import { CASE, requireShape, type CaseFile } from './case-file.js';

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
