// `npm run differential:products`: starts real products on the loopback interface, runs bounded experiments, and
// compares their figures with those of the scenarios in test/field/products. `--write` writes the page, a word selects
// rules by their name.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { within } from './differential-products/clients.mjs';
import { has, Machine } from './differential-products/machine.mjs';
import { PAGE, page, rowText } from './differential-products/page.mjs';
import { PACKAGES, PRODUCTS } from './differential-products/products.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const writes = process.argv.includes('--write');

/** Installs the clients into the folder of the run: they are no dependencies of the project. */
function clientsOf(machine) {
  const folder = machine.path('npm');
  const args = ['install', '--silent', '--no-audit', '--no-fund', '--prefix', folder, ...PACKAGES];
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stderr}`);
  const load = createRequire(join(folder, 'package.json'));
  const names = PACKAGES.map((name) => name.replace(/@[^@]*$/, ''));
  const versions = names.map((name) => {
    const text = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
    return [name, JSON.parse(text).version];
  });
  const clients = Object.fromEntries(names.map((name) => [name, load(name)]));
  return { ...clients, versions: Object.fromEntries(versions) };
}

/** What the simulator says: one value for each figure. */
function simulated({ scenario, variant, figures }) {
  const file = join(ROOT, `test/field/products/${scenario}.yaml`);
  const where = variant === undefined ? '' : ` in ${variant}`;
  const asks = Object.values(figures).map(({ ask }) => `${ask}${where}`);
  const args = [join(ROOT, 'dist/cli/main.js'), 'ask', file, ...asks, '--json', '-', '--quiet'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file}: ${stderr}`);
  const { answers } = JSON.parse(stdout);
  return Object.fromEntries(Object.keys(figures).map((name, i) => [name, answers[i].value]));
}

/** The result of one rule: each figure by hand, as it is, and as the simulator has it. */
async function compare(product, { rule, scenario, variant, ...own }, running) {
  const real = await within(60, own.measure(running), () => undefined);
  const here = simulated({ scenario, variant, ...own });
  const figures = Object.entries(own.figures).map(([name, { unit = '', tolerance = 0 }]) => {
    const right = own.right[name];
    return { name, unit, tolerance, right, real: real[name], here: here[name] };
  });
  const agrees = figures.every(({ right, tolerance, ...values }) =>
    [values.real, values.here].every((value) => Math.abs(value - right) <= tolerance),
  );
  const version = product.version(running);
  return { rule, scenario, variant, product: product.name, version, figures, agrees };
}

const machine = new Machine();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => void machine.close().then(() => process.exit(1)));
}
const rows = [];
const missing = [];
let failed = false;
const isWanted = ({ scenario, rule }) =>
  words.length === 0 || words.some((word) => `${scenario} ${rule}`.includes(word));

try {
  const clients = clientsOf(machine);
  for (const product of PRODUCTS) {
    const rules = product.rules.filter(isWanted);
    if (rules.length === 0) continue;
    const lacks = product.needs.filter((command) => !has(command));
    if (lacks.length > 0) {
      missing.push(product.name);
      console.log(
        `${product.name}: not compared, no ${lacks.join(', ')} here (${product.install})`,
      );
      continue;
    }
    const own = await product.start(machine, clients);
    for (const rule of rules) {
      try {
        const found = await compare(product, rule, own);
        rows.push(found);
        console.log(rowText(found));
      } catch (error) {
        failed = true;
        console.log(`${product.name}: ${rule.rule}\n  ${error.stack}`);
      }
    }
    await product.stop?.(own);
  }
} finally {
  await machine.close();
}
const differing = rows.filter(({ agrees }) => !agrees).length;
console.log(
  `${rows.length} rules compared, ${differing} differ, ${missing.length} products are missing`,
);
if (writes && !failed) writeFileSync(join(ROOT, PAGE), page(rows, missing));
process.exitCode = failed || differing > 0 ? 1 : 0;
