import type { z } from 'zod';
import { show } from '../../contracts/quantities/quantity-text.js';
import { shown, wanted } from '../../scenario/issue-words.js';

/** A problem of a value in a document: its place, what is allowed, and what was found. */
export function problemOf(issue: z.core.$ZodIssue, document: unknown): string {
  const value = issue.path.reduce<unknown>(
    (node, key) => (node as Readonly<Record<PropertyKey, unknown>>)[key],
    document,
  );
  return `${placeOf(issue.path)} ${reasonOf(issue, value)}`;
}

/** A place in a document, as in a program: `variants[0].cascade.events[3].at`. */
export function placeOf(path: readonly PropertyKey[]): string {
  const steps = path.map((key) => {
    if (typeof key === 'number') return `[${key}]`;
    const name = String(key);
    return /^[\w$]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name.slice(0, 60))}]`;
  });
  const place = steps.join('').replace(/^\./, '');
  return place === '' ? 'the document' : place;
}

function reasonOf(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'custom':
      return `${issue.message}, found ${quoted(value)}`;
    case 'unrecognized_keys':
      return `has the unknown field ${show(issue.keys[0])}`;
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}, found ${show(value)}`;
    default:
      return value === undefined ? 'is missing' : `${wanted(issue)}, found ${shown(issue, value)}`;
  }
}

/** A value, or a short list of numbers, as it is written. */
function quoted(value: unknown): string {
  const isPair = Array.isArray(value) && value.length === 2;
  return isPair ? `[${value.map(show).join(', ')}]` : show(value);
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `one of ${words.join(', ')}`;
}
