import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { faultline } from '../cli/harness.js';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/alerts.md'), 'utf8');
const out = mkdtempSync(join(tmpdir(), 'faultline-alerts-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** Each command of the page with the text below it. */
const EXAMPLES = [
  ...PAGE.matchAll(/```sh\nnpx --no-install faultline (.+)\n```\n\n```text\n([^]*?)```/g),
].map(([, command, text]) => [command!, text!] as const);

const folded = (text: string): string => text.replace(/\s+/g, ' ').trim();

it('has examples', () => {
  expect(EXAMPLES.length).toBe(2);
});

it.each(EXAMPLES)('docs/alerts.md: %s prints what the page shows', (command, text) => {
  const { stdout } = faultline([...command.split(' '), '--out', out]);
  expect(folded(stdout)).toContain(folded(text));
});
