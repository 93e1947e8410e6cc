import { existsSync } from 'node:fs';
import { cardLines } from '../../importing/card.js';
import { ImportError } from '../../importing/documents.js';
import { importTexts, type Imported } from '../../importing/import.js';
import { readMapping } from '../../importing/names.js';
import { asLines } from '../../text/line.js';
import { checkDestinations, takesStandardOutput, writeDocument } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { importSources } from '../import-files.js';
import { canonicalJson } from '../../text/canonical.js';
import type { Terminal } from '../terminal.js';

/** Flags of `import`. */
export interface ImportFlags {
  readonly out?: string;
  readonly map?: readonly string[];
  readonly json?: string;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

/** Makes a scenario of manifests and configuration files, and says what it could not know. */
export function importFiles(
  paths: readonly string[],
  flags: ImportFlags,
  terminal: Terminal,
): number {
  const out = flags.out ?? 'imported.yaml';
  checkDestinations([out, flags.json]);
  for (const path of [out, flags.json]) refuseExisting(path, flags.force === true);
  const imported = read(paths, flags);
  writeDocument(out, () => imported.scenario, terminal);
  writeDocument(flags.json, () => `${canonicalJson(accountOf(imported))}\n`, terminal);
  if (flags.quiet === true || takesStandardOutput([out, flags.json])) return EXIT.ok;
  terminal.out(asLines(cardLines(imported, out)));
  return EXIT.ok;
}

function refuseExisting(path: string | undefined, isForced: boolean): void {
  if (path === undefined || path === '-' || isForced || !existsSync(path)) return;
  throw usageError(
    `${path} exists already: add --force to overwrite it, or name another file with --out`,
  );
}

function read(paths: readonly string[], flags: ImportFlags): Imported {
  try {
    const names = readMapping(flags.map ?? []);
    return importTexts(importSources(paths), { title: `Imported from ${paths.join(', ')}`, names });
  } catch (error) {
    if (error instanceof ImportError) throw usageError(error.message);
    throw error;
  }
}

/** The account for programs. */
function accountOf({ account, renamed, guesses, questions }: Imported): object {
  return { faultline: 1, ...account, renamed: Object.fromEntries(renamed), guesses, questions };
}
