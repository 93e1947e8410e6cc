// The table of the cases in test/field: each with the value of its source.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const BEGIN = '<!-- npm run field-table writes the table below -->\n';
const GROUPS = {
  calls: 'calls',
  databases: 'databases',
  messages: 'messages',
  platform: 'platform',
  products: 'beside real products',
};

function escaped(text) {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** The first line of a case: its value or the code of its refusal, and its source. */
function caseOf(root, folder, name) {
  const path = `test/field/${folder}/${name}`;
  const [first] = readFileSync(join(root, path), 'utf8').split('\n');
  const parts = /^# (Right|Refused): (?:(FL\d+), )?(.+?)\.? Source: (.+)$/.exec(first);
  if (parts === null) throw new Error(`${path}: the first line names no value and no source`);
  const [, verdict, code, value, source] = parts;
  const result = verdict === 'Right' ? 'the same' : `refused, ${code}`;
  const title = name.replace(/\.yaml$/, '');
  return `| [${title}](../${path}) | ${escaped(value)} | ${result} | ${escaped(source)} |`;
}

/** Files of a group, sorted. */
function namesIn(root, folder) {
  return readdirSync(join(root, 'test/field', folder))
    .filter((name) => name.endsWith('.yaml'))
    .sort();
}

/** The table as Markdown. */
function tableOf(root) {
  const blocks = Object.entries(GROUPS).map(([folder, title]) => {
    const rows = namesIn(root, folder).map((name) => caseOf(root, folder, name));
    const head = `| ${title} | value of the source | here | source |\n|---|---|---|---|`;
    return `${head}\n${rows.join('\n')}\n`;
  });
  return blocks.join('\n');
}

/** docs/differences.md with the table of the cases as they are now. */
export function differencesPage(root) {
  const text = readFileSync(join(root, 'docs/differences.md'), 'utf8');
  const at = text.indexOf(BEGIN);
  if (at < 0) throw new Error('docs/differences.md has no place for the table of cases');
  return `${text.slice(0, at)}${BEGIN}\n${tableOf(root)}`;
}
