// The table of the slowest test files, and its place in docs/suites.md. Files are { path, seconds, tests }.

import { marksOf, withMarked } from '../marked.mjs';

const NAME = 'slow tests';

/** The lines before and after the table. */
export const MARKS = marksOf(NAME);

/** Files that vitest starts first: no core idles while the other ends one of them. */
const FIRST = 40;

/** The files of a report that vitest writes with `--reporter=json`, with the seconds of their tests. */
export function tested({ testResults }, pathOf) {
  return testResults.map(({ name, assertionResults }) => {
    const ms = assertionResults.reduce((sum, { duration }) => sum + (duration ?? 0), 0);
    return { path: pathOf(name), seconds: ms / 1000, tests: assertionResults.length };
  });
}

/** A sentence with the sum and the slowest tenth of the files as a table, the slowest first. */
export function slowTable(files, unit) {
  const sorted = slowestFirst(files);
  const total = sum(sorted);
  const slow = sorted.slice(0, Math.ceil(sorted.length / 10));
  const share = (seconds) => `${((100 * seconds) / total).toFixed(1)} %`;
  const tests = sorted.reduce((all, file) => all + file.tests, 0);
  const said =
    `${sorted.length} files with ${tests.toLocaleString('en-US')} tests: ${total.toFixed(0)} ${unit}. ` +
    `These ${slow.length} have ${share(sum(slow))}:`;
  const rows = slow.map(
    (file) =>
      `| \`${file.path}\` | ${file.seconds.toFixed(1)} | ${share(file.seconds)} | ${file.tests} |`,
  );
  return [said, '', `| file | ${unit} | share | tests |`, '|---|--:|--:|--:|', ...rows, ''].join(
    '\n',
  );
}

/** A page with another table between the marks. */
export function withTable(page, table) {
  return withMarked(page, NAME, table);
}

/** The paths of the files that take longest, the slowest first. */
export function longest(files) {
  return slowestFirst(files)
    .slice(0, FIRST)
    .map(({ path }) => path);
}

function slowestFirst(files) {
  return files.toSorted((a, b) => b.seconds - a.seconds || (a.path < b.path ? -1 : 1));
}

function sum(files) {
  return files.reduce((all, { seconds }) => all + seconds, 0);
}
