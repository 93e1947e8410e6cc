import { existsSync } from 'node:fs';
import type { AgainstWhat } from '../../contracts/result/against.js';
import type { Result } from '../../contracts/result/result.js';
import { usageError } from '../exit.js';
import { STDIN, scenarioPath } from '../files.js';
import type { Prepared, Selection } from '../../api/prepare.js';
import { prepare, prepareFrom } from '../prepare.js';
import { resultIn } from '../result-file.js';
import type { Terminal } from '../terminal.js';
import { fileAtRef } from './git.js';

/** The other side of a comparison: a scenario to run, or a result. */
export type Reference = { readonly what: Omit<AgainstWhat, 'sha256'> } & (
  { readonly prepared: (selection: Selection) => Prepared } | { readonly result: Result }
);

/** What `--against` names: a file that exists, a scenario or a result; otherwise a ref of the repository of `file`. */
export function referenceOf(file: string, named: string, terminal: Terminal): Reference {
  if (named === '') throw usageError('--against needs a ref, a scenario or a result');
  if (named !== '-' && existsSync(named)) {
    const result = resultIn(named);
    if (result !== null) return { what: { kind: 'result', name: named, commit: null }, result };
    const what = { kind: 'file', name: named, commit: null } as const;
    return { what, prepared: (selection) => prepare(named, selection, terminal) };
  }
  const own = scenarioPath(file);
  if (named === '-') throw usageError('--against takes no standard input: name a file');
  if (own === STDIN) {
    throw usageError(
      `--against ${named}: standard input has no history: name a file on both sides`,
    );
  }
  const { commit, path, read } = fileAtRef(own, named);
  return {
    what: { kind: 'ref', name: named, commit },
    prepared: (selection) => prepareFrom(path, read, selection, terminal),
  };
}
