// `npm run bench:measured`: published measurements, each calibrated on one part and predicted on the other. `--write` puts
// the tables into docs/measured-against-predicted.md, between the marks.
import { readFileSync, writeFileSync } from 'node:fs';
import { apim, apimTable, saturated } from './apim.mjs';
import { boutique, boutiqueLines, boutiqueTable } from './boutique.mjs';
import { boutiqueCpu, boutiqueCpuLines, boutiqueCpuTable } from './boutique-cpu.mjs';
import { envoyLines, envoyReleases, envoyTable } from './envoy.mjs';
import { petshop, petshopLines, petshopTables } from './petshop.mjs';
import { quota, quotaErrors, quotaTable, quotaThreads } from './quota.mjs';
import { percent, quantile } from './rows.mjs';

const PAGE = new URL('../../docs/measured-against-predicted.md', import.meta.url);

const rows = await apim('wso2-apim.csv', 0.45);
const full = saturated(rows);
const size = (list, share) => percent(quantile(list.map(Math.abs), share), false);
const line = (key) => {
  const errors = full.map((row) => row[key]);
  const within = errors.filter((one) => Math.abs(one) <= 0.2).length;
  return `${within} of ${errors.length} within 20 %, median ${size(errors, 0.5)}, 90 % below ${size(errors, 0.9)}, largest ${size(errors, 1)}`;
};
const envoy = { shared: await quota(), threads: await quotaThreads() };
const releases = await envoyReleases();
const quotaLine = (rows) => {
  const { median, largest } = quotaErrors(rows);
  const within = rows.filter(({ p90 }) => Math.abs(p90) <= 0.2).length;
  return `p90: ${within} of ${rows.length} within 20 %, median ${percent(median, false)}, largest ${percent(largest, false)}.`;
};
const shop = await boutique();
const stressed = await boutiqueCpu();
const pets = await petshop();
const apart = (lines) => lines.flatMap((one) => ['', one]);
const parts = {
  apim: [
    ...apimTable(rows),
    '',
    `Throughput of all saturated rows: ${line('throughput')}.`,
    '',
    `Mean time of all saturated rows: ${line('mean')}.`,
  ],
  shared: [...quotaTable(envoy.shared), '', quotaLine(envoy.shared)],
  threads: [...quotaTable(envoy.threads), '', quotaLine(envoy.threads)],
  releases: [...envoyLines(releases), '', ...envoyTable(releases)],
  boutique: [...boutiqueTable(shop), ...apart(boutiqueLines(shop))],
  'boutique-cpu': [...boutiqueCpuTable(stressed), ...apart(boutiqueCpuLines(stressed))],
  petshop: [...petshopTables(pets), ...apart(petshopLines(pets))],
};
for (const lines of Object.values(parts)) console.log(`${lines.join('\n')}\n`);
if (process.argv.includes('--write')) {
  let page = readFileSync(PAGE, 'utf8');
  for (const [name, lines] of Object.entries(parts)) {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- end ${name} -->`];
    const [before, rest] = page.split(begin);
    page = `${before}${begin}\n\n${lines.join('\n')}\n\n${end}${rest.split(end)[1]}`;
  }
  writeFileSync(PAGE, page);
}
