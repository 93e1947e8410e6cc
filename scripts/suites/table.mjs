// The suites of test/suites.json, and what a run of them gave, as a table.

/** The suites of these names, all without names, as { name, what, files }. Throws for a name that is none. */
export function namedSuites(suites, names) {
  const known = Object.keys(suites);
  const wrong = names.filter((name) => !known.includes(name));
  if (wrong.length > 0) {
    throw new Error(`no suite is named ${wrong.join(', ')}: use ${known.join(', ')}`);
  }
  return known
    .filter((name) => names.length === 0 || names.includes(name))
    .map((name) => ({ name, ...suites[name] }));
}

/** A row for each suite, from { name, what, passed, failed, seconds }. */
export function suiteTable(ran) {
  const rows = ran.map(
    ({ name, what, passed, failed, seconds }) =>
      `| ${name} | ${what} | ${passed} | ${failed} | ${seconds.toFixed(0)} |`,
  );
  return [
    '| suite | what it tests | passed | failed | seconds |',
    '|---|---|--:|--:|--:|',
    ...rows,
    '',
  ].join('\n');
}
