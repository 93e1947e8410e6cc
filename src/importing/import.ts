import type { Cell, SourceText } from './cell.js';
import { documentsOf, ImportError } from './documents.js';
import { documentKinds } from './kinds/index.js';
import { guessesIn, type Guess } from './guesses.js';
import { questionsOf } from './questions.js';
import { REASON } from './reasons.js';
import { scenarioOf } from './scenario.js';
import { System } from './system.js';
import { render } from './written.js';

/** A leaf of a file that has no place in the scenario. */
export interface Listed {
  readonly place: string;
  readonly path: string;
  readonly value: string;
  readonly reason: string;
}

/** What became of the values of the files. */
export interface Account {
  readonly values: number;
  readonly placed: number;
  readonly listed: readonly Listed[];
}

/** An imported system. */
export interface Imported {
  /** Text of the scenario. */
  readonly scenario: string;
  readonly account: Account;
  /** Names of the files that differ in the scenario. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly guesses: readonly Guess[];
  /** Questions for a person with knowledge of the system, the most useful one first. */
  readonly questions: readonly string[];
  readonly components: number;
  readonly documents: number;
}

/** Settings of an import. */
export interface ImportOptions {
  readonly title: string;
  /** Names of the files -> names in the scenario. */
  readonly names: ReadonlyMap<string, string>;
}

/** Makes one scenario of all files. Throws an `ImportError` if one of them cannot be read. */
export function importTexts(sources: readonly SourceText[], options: ImportOptions): Imported {
  const system = new System(options.names);
  const roots = sources.flatMap(documentsOf);
  const documents = roots.flatMap(itemsOf);
  for (const document of documents) read(document, system);
  for (const root of roots) root.get('kind')?.list(REASON.kind);
  for (const root of roots) root.get('apiVersion')?.list(REASON.kind);
  system.finish();
  if (!system.components.some(({ isLoad }) => !isLoad))
    throw new ImportError(nothingFound(sources));
  const written = scenarioOf(system, options.title);
  const scenario = render(written);
  const guesses = guessesIn(written);
  return {
    scenario,
    guesses,
    questions: questionsOf(guesses),
    account: accountOf(roots),
    renamed: system.names.renamed,
    components: system.components.length,
    documents: documents.length,
  };
}

/** The items of a List of Kubernetes, else the document itself. */
function itemsOf(document: Cell): readonly Cell[] {
  const isList =
    /List$/.test(document.get('kind')?.text() ?? '') && document.get('items') !== undefined;
  return isList ? document.get('items')!.items() : [document];
}

function read(document: Cell, system: System): void {
  const kind = documentKinds.find((each) => each.recognises(document));
  if (kind !== undefined) kind.read(document, system);
  else document.list(unknownReason(document));
}

function unknownReason(document: Cell): string {
  const kind = document.get('kind')?.text();
  return kind === undefined ? 'no importer knows this file' : `no importer reads the kind ${kind}`;
}

function accountOf(roots: readonly Cell[]): Account {
  const leaves = roots.flatMap((root) => root.leaves());
  for (const leaf of leaves) leaf.list(UNREAD);
  const left: Listed[] = [];
  for (const { fate, place, path, value } of leaves) {
    if (fate?.kind === 'listed')
      left.push({ place, path, value: String(value), reason: fate.reason });
  }
  return { values: leaves.length, placed: leaves.length - left.length, listed: left };
}

/** Reason of values that no reader knows. */
export const UNREAD = 'no importer reads this field';

function nothingFound(sources: readonly SourceText[]): string {
  const names = sources.slice(0, 3).map(({ path }) => path);
  const kinds = documentKinds.map(({ name }) => name).join('; ');
  return `nothing in ${names.join(', ')} runs a service; what can be read: ${kinds}`;
}
