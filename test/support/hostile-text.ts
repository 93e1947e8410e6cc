import { expect } from 'vitest';

/**
 * A text that tries to begin a line with a command of a CI system or a verdict, by every kind of line end, to change
 * the terminal, and to be markup.
 */
export const HOSTILE = [
  '::error file=x.ts::first',
  '::error file=x.ts::second',
  '##[group]third',
  '##vso[task.complete result=Failed;]fourth',
  "##teamcity[message text='fifth']",
  '\r::warning::sixth',
  '\u2028::warning::seventh',
  '\u2029::warning::eighth',
  '\u0085::warning::ninth',
  '\v::warning::tenth',
  '\f::warning::eleventh',
  'base: 5 of 5 budgets met \u001b[2J\u001b[31m\u001b]52;c;AAAA\u0007 \u202egnp.exe',
  '| a | b | "c", <img src=x onerror=alert(1)> [d](http://x) ```',
].join('\n');

/** The same without the characters that a scenario refuses, but a result document of another author may have. */
// eslint-disable-next-line no-control-regex
export const WRITABLE = HOSTILE.replace(
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/gu,
  '',
);

/** Expects that a text of several lines obeys none of it. */
export function expectHarmless(text: string, what: string): void {
  const lines = text.split('\n');
  const commands = lines.filter((line) => /^\s*::|##\w*\[/u.test(line));
  expect(commands, `${what}: commands of a CI system`).toEqual([]);
  // The further lines of a wrapped sentence are indented.
  const begun = lines.filter((line) => /^(base: 5 of 5|\| a \| b)/u.test(line));
  expect(begun, `${what}: lines that a text begins`).toEqual([]);
  expectVisible(text, what);
}

/** Expects no character that ends a line in another way, or changes the terminal. */
export function expectVisible(text: string, what: string): void {
  // eslint-disable-next-line no-control-regex
  const hidden = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/u.exec(text);
  expect(hidden === null ? null : JSON.stringify(hidden[0]), `${what}: hidden`).toBeNull();
}
