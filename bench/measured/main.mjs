// `npm run bench:measured`: published measurements, each calibrated on one part and predicted on the other. `--write` puts
// the tables into docs/measured-against-predicted.md, between the marks; names of parts make only these.
import { readFileSync, writeFileSync } from 'node:fs';
import { apim, apimLines, apimPoints, apimTable } from './apim.mjs';
import { boutique, boutiqueLines, boutiqueTable } from './boutique.mjs';
import { boutiqueCpu, boutiqueCpuLines, boutiqueCpuTable } from './boutique-cpu.mjs';
import { envoyLines, envoyReleases, envoyTable } from './envoy.mjs';
import { petshop, petshopLines, petshopTables } from './petshop.mjs';
import { quota, quotaLine, quotaTable, quotaThreads } from './quota.mjs';

const PAGE = new URL('../../docs/measured-against-predicted.md', import.meta.url);

const apart = (lines) => lines.flatMap((one) => ['', one]);
const of = (rows, ...tables) =>
  tables.flatMap((lines, k) => (k === 0 ? lines(rows) : apart(lines(rows))));
const wso2 = async (file, calm) => of(await apim(file, calm), apimTable, apimLines);
const PARTS = {
  apim: () => wso2('wso2-apim.csv', 0.45),
  'apim-c5': () => wso2('wso2-apim-c5-large.csv', 0.45),
  'apim-c5-70': () => wso2('wso2-apim-c5-large.csv', 0.7),
  'apim-c5-points': async () => apimPoints(await apim('wso2-apim-c5-large.csv', 0.45)),
  shared: async () => of(await quota(), quotaTable, quotaLine),
  threads: async () => of(await quotaThreads(), quotaTable, quotaLine),
  releases: async () => {
    const rows = await envoyReleases();
    return [...envoyLines(rows), '', ...envoyTable(rows)];
  },
  boutique: async () => of(await boutique(), boutiqueTable, boutiqueLines),
  'boutique-cpu': async () => of(await boutiqueCpu(), boutiqueCpuTable, boutiqueCpuLines),
  petshop: async () => of(await petshop(), petshopTables, petshopLines),
};

const named = process.argv.slice(2).filter((one) => one !== '--write');
for (const name of named.length > 0 ? named : Object.keys(PARTS)) {
  const lines = await PARTS[name]();
  console.log(`${name}\n${lines.join('\n')}\n`);
  if (!process.argv.includes('--write')) continue;
  const page = readFileSync(PAGE, 'utf8');
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end ${name} -->`];
  const [before, rest] = page.split(begin);
  const part = `${begin}\n\n${lines.join('\n')}\n\n${end}`;
  writeFileSync(PAGE, `${before}${part}${rest.split(end)[1]}`);
}
