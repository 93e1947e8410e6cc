// `npm run accounts`: runs the shipped scenarios and writes their accounts to test/scenarios/accounts, without runs
// that prove causes. With names of scenarios, only the texts that have them: `npm run accounts -- first checkout`.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accountFile, accountText, pinned, pinnedAccount } from './accounts/accounts.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const { compile, loadScenario, runHere, summarise } = await import('../dist/library/index.js');
const all = pinned(ROOT);
const names = process.argv.slice(2);
const known = (name) => all.filter(({ path }) => path.endsWith(`/${name}.yaml`));
const unknown = names.find((name) => known(name).length === 0);
if (unknown !== undefined) throw new Error(`no scenario ${unknown}`);
const chosen = new Set(names.length === 0 ? all : names.flatMap(known));
const files = [...new Set([...chosen].map(({ path }) => accountFile(path)))];
for (const file of files) {
  const own = all.filter(({ path }) => accountFile(path) === file);
  const texts = own.map((one) => (chosen.has(one) ? ran(one) : pinnedAccount(ROOT, one.path)));
  writeFileSync(join(ROOT, file), `${texts.filter((text) => text !== '').join('\n\n')}\n`);
}

function ran({ path, replications, variants }) {
  const loaded = loadScenario(path, (own) => ({
    text: own === path ? textOf(own, replications) : textOf(own),
  }));
  if (loaded.file === null) throw new Error(`${path}: ${loaded.problems[0].message}`);
  const file = {
    ...loaded.file,
    variants: loaded.file.variants.filter(({ name }) => variants?.includes(name) ?? true),
  };
  const plans = file.variants.map((variant) => compile(variant, file));
  const records = runHere(plans, file.variants[0].scenario.run.replications);
  process.stdout.write(`${path}\n`);
  return accountText(path, summarise(file, plans, records, '0.0.0'));
}

function textOf(path, replications) {
  const text = readFileSync(join(ROOT, path), 'utf8');
  if (replications === undefined) return text;
  return text.replace(/replications: \d+/, `replications: ${replications}`);
}
