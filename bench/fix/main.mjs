// Does `fix` find the smallest change? `npm run bench:fix`. Options: --part known|ablation (only this one), --only TEXT (only
// problems whose name has it), --workers N.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { smallestPart } from './ablation.mjs';
import { KNOWN } from './known.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = join(ROOT, 'dist/cli/main.js');
/** Variants that break a budget, and the variant of the file that holds it. */
const SCENARIOS = [
  { file: 'scenarios/checkout.yaml', from: 'naive', to: 'full', replications: 2 },
  {
    file: 'scenarios/retry-metastable.yaml',
    from: 'retries',
    to: 'budget',
    budgets: ['cascade.metastable <= 0%', 'users.recovery < 12s after slow-backend'],
    replications: 3,
  },
  {
    file: 'scenarios/cache-stampede.yaml',
    from: 'plain',
    to: 'bulkhead',
    budgets: ['visitors.recovery < 60s after flush'],
    replications: 2,
  },
  {
    file: 'scenarios/pool-exhaustion.yaml',
    from: 'shared-pool',
    to: 'call-before-transaction',
    budgets: ['users.list.success >= 99.9% during slow-tax'],
    replications: 2,
  },
  {
    file: 'scenarios/order-saga.yaml',
    from: 'orchestrated-in-memory',
    to: 'orchestrated',
    budgets: ['place-order.lost <= 0%', 'place-order.inconsistent <= 0%'],
    replications: 2,
  },
  {
    file: 'scenarios/event-backlog.yaml',
    from: 'as-is',
    to: 'more-consumers',
    budgets: ['readings.enrichment.drain < 90s after slow-store'],
    replications: 1,
  },
  { file: 'bench/fix/shop.yaml', from: 'base', to: null, replications: 1 },
];

const { values: options } = parseArgs({
  options: {
    part: { type: 'string' },
    only: { type: 'string', default: '' },
    workers: { type: 'string' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'faultline-fix-'));
let isRight = true;
try {
  if (options.part !== 'ablation') known();
  if (options.part !== 'known') await ablations();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (!isRight) process.exitCode = 1;

function known() {
  console.log('| problem | by hand | found | off by | runs |\n|---|---|---|---|---|');
  for (const { name, path, truth, text } of asked(KNOWN)) {
    const file = join(folder, 'known.yaml');
    writeFileSync(file, text);
    const { answer, runs } = fixed(file, ['--over', path]);
    const to = answer?.holds === true ? numberOf(answer.settings[0].to) : null;
    const off = to === null ? null : Math.abs(to - truth) / truth;
    if (off === null || off > 0.05) isRight = false;
    const by = off === null ? 'not found' : `${Number((100 * off).toPrecision(2))} %`;
    const shown = Number(truth.toPrecision(4));
    console.log(`| ${name} | ${shown} | ${answer?.settings[0]?.to} | ${by} | ${runs} |`);
  }
}

async function ablations() {
  console.log(
    '\n| scenario | changes of the variant that holds | smallest part, all tried | found | runs |',
  );
  console.log('|---|---|---|---|---|');
  for (const { file, from, to, budgets = [], replications } of asked(SCENARIOS)) {
    const flags = budgets.flatMap((budget) => ['--budget', budget]);
    const variant = from === 'base' ? [] : ['--variant', from];
    const { answer, runs } = fixed(join(ROOT, file), [
      ...variant,
      ...flags,
      '--replications',
      `${replications}`,
    ]);
    const size = answer?.holds === true ? answer.settings.length : null;
    const best =
      to === null
        ? null
        : await smallestPart({
            file: join(ROOT, file),
            from,
            to,
            budgets,
            replications,
            most: size,
          });
    const isSmall = size !== null && (best === null || size <= best.size);
    if (!isSmall || runs > 200) isRight = false;
    const words = answer?.settings.map(({ path, to: value }) => `${path}: ${value}`).join('; ');
    const part = best === null ? '–' : `${best.size} (${best.runs} runs)`;
    console.log(
      `| ${file.replace(/^.*\//, '')}, ${from} | ${best?.of ?? '–'} | ${part} | ${size ?? 'none'}: ${words} | ${runs} |`,
    );
  }
}

function asked(all) {
  return all.filter((own) => (own.name ?? own.file).includes(options.only));
}

function fixed(file, flags) {
  const json = join(folder, 'fixed.json');
  const workers = options.workers === undefined ? [] : ['--workers', options.workers];
  const args = ['fix', file, '--quiet', '--json', json, ...flags, ...workers];
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return JSON.parse(readFileSync(json, 'utf8')).fixed;
}

/** A number, a share in percent, or a time in seconds. */
function numberOf(text) {
  const [, digits, unit] = /^([\d.]+)(%|ms|s)?$/.exec(text);
  return Number(digits) * (unit === 'ms' ? 0.001 : 1);
}
