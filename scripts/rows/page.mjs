import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
export const GROUPS = JSON.parse(readFileSync(join(HERE, 'rows.json'), 'utf8'));

/** Pages with a row per scenario and its decisive number. Tests compare these numbers with runs. */
const LISTS = ['patterns.md', 'studies.md', 'incidents.md'];
const NUMBER = /(`[^`]+`) = ([\d.]+(?: ms| s| %| ?\/s)?)(?=[:;,. |]|$)/;

const HEAD = `# Forty systems

The systems that teams run and talk about most, with the figures that they quote. Each row names the scenarios that simulate it,
the decisive number of the first one, and the command that prints it. The numbers are those of [patterns](patterns.md),
[studies](studies.md) and [incidents](incidents.md), where a calculation is beside each of them, and tests compare them with runs.
\`npm run rows\` writes this page.
`;

export function rowsPage(root) {
  const lists = LISTS.map((page) => readFileSync(join(root, 'docs', page), 'utf8').split('\n'));
  const groups = GROUPS.map(({ group, rows }) => {
    const lines = rows.map((row) => `${cells(row, lists)}\n`);
    return (
      `\n## ${group}\n\n| | system | in faultline | scenarios | decisive number | command |\n` +
      `|---|---|---|---|---|---|\n${lines.join('')}`
    );
  });
  return HEAD + groups.join('');
}

function cells(row, lists) {
  const { id, system, shows, scenarios } = row;
  if (scenarios.length === 0) return `| ${id} | ${system} | ${shows} | not yet | | |`;
  const links = scenarios.map((name) => `[${name.split('/').pop()}](../scenarios/${name}.yaml)`);
  const command = row.command ?? `npx --no-install faultline check scenarios/${scenarios[0]}.yaml`;
  return `| ${id} | ${system} | ${shows} | ${links.join(', ')} | ${figure(row, lists)} | \`${command}\` |`;
}

function figure({ id, number, page, scenarios }, lists) {
  if (number !== undefined) return page === undefined ? number : `${number} ([page](${page}))`;
  const link = `](../scenarios/${scenarios[0]}.yaml)`;
  const line = lists.flat().find((one) => one.includes(link));
  const found = NUMBER.exec(line ?? '');
  if (found === null) throw new Error(`${id}: no page has a number for ${scenarios[0]}`);
  return `${found[1]} = ${found[2]}`;
}
