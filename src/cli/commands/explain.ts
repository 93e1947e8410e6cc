import { statSync } from 'node:fs';
import { conceptLines } from '../../scenario/concept-hints.js';
import { kindAdvice } from '../../scenario/kind-words.js';
import { wordFor } from '../../scenario/suggest.js';
import { splitLines } from '../../text/line.js';
import { canonicalJson } from '../../text/canonical.js';
import { checkDestinations, writeDocument } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { contentsText } from '../explain/contents.js';
import { metricBeginning } from '../explain/metric-pages.js';
import { explainableNames, nameHere, pagesOf } from '../explain/pages.js';
import { knownBeginning } from '../explain/schema-path.js';
import { scenarioText } from '../explain/scenario-text.js';
import type { Selection } from '../../api/prepare.js';
import { prepare } from '../prepare.js';
import { codeOf, fileError, isMachineCode } from '../system-errors.js';
import type { Terminal } from '../terminal.js';

export interface ExplainFlags extends Pick<Selection, 'variant' | 'set' | 'as'> {
  readonly json?: string;
}

/** The commands of the program, and their help texts. */
export interface Helps {
  readonly names: readonly string[];
  readonly of: (command: string) => string;
}

/** Prints the names that have a page, the reference pages of a name, or the resolved values of a scenario. */
export function explain(
  subject: string | undefined,
  flags: ExplainFlags,
  terminal: Terminal,
  helps: Helps,
): number {
  checkDestinations([flags.json]);
  const asJson = (value: object): boolean => {
    const text = (): string => `${canonicalJson({ faultline: 1, ...value })}\n`;
    writeDocument(flags.json, text, terminal);
    return flags.json !== undefined;
  };
  if (subject === undefined) {
    const names = [...new Set(explainableNames())].sort();
    if (asJson({ names })) return EXIT.ok;
    terminal.out(splitLines(contentsText(helps.names)));
    return EXIT.ok;
  }
  if (isFile(subject)) {
    const { path, file, plans } = prepare(subject, flags, terminal);
    const { variants, whatIf, title, description, sha256 } = file;
    const scenario = { title, description, sha256, whatIf };
    if (asJson({ scenario, variants })) return EXIT.ok;
    terminal.out(scenarioText(path, file, plans));
    return EXIT.ok;
  }
  if (flags.set !== undefined)
    throw usageError(`--set changes a scenario, and ${subject} is a name`);
  const commands = helps.names.filter((name) => name === subject);
  const pages = [...pagesOf(subject), ...commands.map((name) => commandPage(name, helps.of(name)))];
  const here = pages.length === 0 ? nameHere(subject) : undefined;
  if (here !== undefined) pages.push(`${subject} is called ${here} here.`, ...pagesOf(here));
  if (pages.length === 0) pages.push(...insteadPage(subject));
  if (pages.length === 0) throw usageError(unknownText(subject, helps.names));
  if (asJson({ name: subject, pages })) return EXIT.ok;
  terminal.out(splitLines(pages.join('\n\n')));
  return EXIT.ok;
}

function commandPage(name: string, help: string): string {
  return `${name}, a command\n\n${help.trim()}`;
}

/** What to write for a product without a kind, or a concept without a field, as an error about it says too. */
function insteadPage(subject: string): readonly string[] {
  const products = kindAdvice(subject).map(([key, text]) => `${key}: ${text}`);
  if (products.length > 0)
    return [
      `${subject} has no kind of its own. Write instead, by place:\n\n${products.join('\n')}`,
    ];
  const lines = conceptLines(subject);
  return lines.length === 0
    ? []
    : [`${subject} is no word of the language. Write instead:\n\n${lines.join('\n')}`];
}

/** The message for a name without a page: the nearest name, or the words that may follow the known part. */
function unknownText(subject: string, commands: readonly string[]): string {
  const beginning = knownBeginning(subject) ?? metricBeginning(subject);
  if (beginning !== null) {
    const { known, next } = beginning;
    const rest = subject.slice(known.length + 1);
    const near = wordFor(rest, next);
    const hint = near === undefined ? '' : ` (did you mean "${known}.${near}"?)`;
    return `${known} has no "${rest}"${hint}; it has ${[...next].sort().join(', ')}`;
  }
  const near = wordFor(subject, [...explainableNames(), ...commands]);
  const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
  return `nothing is called "${subject}"${hint}; faultline explain lists all names`;
}

/** Anything that looks like a path, or exists as one, is a file; any other name is a word of the language. */
function isFile(subject: string): boolean {
  return subject === '-' || /[/\\]|\.ya?ml$/.test(subject) || isThere(subject);
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (!isMachineCode(codeOf(error))) return false;
    throw fileError('cannot read', path, error);
  }
}
