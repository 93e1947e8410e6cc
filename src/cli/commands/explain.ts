import { existsSync } from 'node:fs';
import { outlierKind, policyKind } from '../../patterns/registry.js';
import { wordFor } from '../../scenario/suggest.js';
import { canonicalJson } from '../../scenario/canonical.js';
import { checkDestinations, writeDocument } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { contentsText } from '../explain/contents.js';
import { explainableNames, pagesOf } from '../explain/pages.js';
import { scenarioText } from '../explain/scenario-text.js';
import { prepare } from '../prepare.js';
import type { Selection } from '../prepare.js';
import type { Terminal } from '../terminal.js';

/** Flags of `explain`. */
export interface ExplainFlags extends Pick<Selection, 'variant' | 'set' | 'as'> {
  readonly json?: string;
}

/** Prints what has a page, the reference pages of a name, or what a scenario comes to. */
export function explain(
  subject: string | undefined,
  flags: ExplainFlags,
  terminal: Terminal,
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
    terminal.out(contentsText());
    return EXIT.ok;
  }
  if (isFile(subject)) {
    const { path, file, plans } = prepare(subject, flags, terminal);
    const { variants, whatIf, title, description, sha256 } = file;
    const scenario = { title, description, sha256, whatIf };
    if (asJson({ scenario, variants })) return EXIT.ok;
    const schemaOf = (policy: string, kind: string) =>
      policy === 'outlierDetection' ? outlierKind(kind)?.schema : policyKind(policy, kind)?.schema;
    terminal.out(scenarioText(path, file, plans, schemaOf));
    return EXIT.ok;
  }
  if (flags.set !== undefined)
    throw usageError(`--set changes a scenario, and ${subject} is a name`);
  const pages = pagesOf(subject);
  if (pages.length === 0) {
    const near = wordFor(subject, explainableNames());
    const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
    throw usageError(`nothing is called "${subject}"${hint}`);
  }
  if (asJson({ name: subject, pages })) return EXIT.ok;
  terminal.out(`${pages.join('\n\n')}\n`);
  return EXIT.ok;
}

/** A name of the language is a word; whatever looks like a path, or is there, is a file. */
function isFile(subject: string): boolean {
  return subject === '-' || /[/\\]|\.ya?ml$/.test(subject) || existsSync(subject);
}
