import type { z } from 'zod';
import { show, showNoNumber } from '../contracts/quantities/quantity-text.js';
import { plain, type Node } from './located.js';

/** A problem that the schema found. */
export type Issue = z.core.$ZodIssue;

/** The words for a value that is no valid name; null for other issues. */
export function nameProblem(issue: Issue, node: Node): string | null {
  if (issue.code !== 'invalid_format' || !issue.message.includes('pattern')) return null;
  const pattern = (issue as { readonly pattern?: string }).pattern ?? '';
  if (!pattern.startsWith('/^[A-Za-z][A-Za-z0-9_]*(-')) return null;
  return `${show(plain(node))} is not a valid name: a letter, then letters, digits, _ and inner hyphens`;
}

/** What a value must be. */
export function wanted(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPES.get(issue.expected) ?? issue.expected}`;
    case 'too_small':
      if (issue.origin === 'array') return `needs at least ${entriesText(issue.minimum)}`;
      if (issue.origin === 'string') return `needs at least ${charactersText(issue.minimum)}`;
      return `must be ${issue.inclusive === false ? 'above' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'array') return `may have at most ${entriesText(issue.maximum)}`;
      if (issue.origin === 'string') return `may have at most ${charactersText(issue.maximum)}`;
      return `must be ${issue.inclusive === false ? 'below' : 'at most'} ${issue.maximum}`;
    case 'invalid_format':
      return `does not have the expected form${formatHint(issue)}`;
    default:
      return `is invalid (${issue.message})`;
  }
}

function formatHint(issue: z.core.$ZodIssueInvalidStringFormat): string {
  const pattern = issue.pattern ?? '';
  if (pattern.includes('->')) {
    return ' (component, component@version, component.part, component[0], a->b)';
  }
  if (pattern.includes('\\.[A-Za-z]')) return ' (component or component.part)';
  if (pattern.includes('^[^~]')) return ' (regular expressions are not supported in this version)';
  return '';
}

const entriesText = (count: number | bigint): string =>
  count === 1 ? '1 entry' : `${count} entries`;
const charactersText = (count: number | bigint): string =>
  count === 1 ? '1 character' : `${count} characters`;

/** Describes a wrong value: the length of a list, or superfluous quotes around a number or boolean. */
export function shown(issue: Issue, value: unknown): string {
  const isCounted = issue.code === 'too_small' || issue.code === 'too_big';
  if (isCounted && Array.isArray(value))
    return value.length === 0 ? 'an empty list' : entriesText(value.length);
  if (issue.code !== 'invalid_type') return show(value);
  if (issue.expected === 'boolean' && (value === 'true' || value === 'false')) {
    return `the text "${value}": remove the quotes`;
  }
  const isNumber = issue.expected === 'number' || issue.expected === 'int';
  return isNumber ? showNoNumber(value) : show(value);
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['object', 'a mapping'],
  ['record', 'a mapping'],
  ['array', 'a list'],
  ['tuple', 'a list of two'],
]);
