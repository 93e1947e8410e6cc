import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demandOf } from '../../src/importing/metrics/demand.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/measured-against-predicted.md'), 'utf8');

/** What the bench has written between the marks of a part. */
function partOf(name: string): string {
  return PAGE.split(`<!-- ${name} -->`)[1]!.split(`<!-- end ${name} -->`)[0]!;
}

/** The rows of a published table, without its head. */
function rowsOf(name: string): readonly (readonly string[])[] {
  const text = readFileSync(join(ROOT, 'test/fixtures/measured', name), 'utf8').trim();
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}

describe('docs/measured-against-predicted.md', () => {
  it.each([
    ['apim', 'wso2-apim.csv', 0.45],
    ['apim-c5', 'wso2-apim-c5-large.csv', 0.45],
    ['apim-c5-70', 'wso2-apim-c5-large.csv', 0.7],
  ])('has the calibrations that the rule gives for the rows of %s', (part, file, most) => {
    const rows = rowsOf(file);
    const shown = [...partOf(part).matchAll(/^\| (\w+), (\d+) B +\| (\d+) +\| ([\d.]+) ms/gm)];
    expect(shown).toHaveLength(6);
    for (const [, api, bytes, count, cpu] of shown) {
      const busy = (row: readonly string[]): number => 1 - Number(row[14]) / 100;
      const calm = rows.filter((row) => row[0] === api && row[3] === bytes && busy(row) <= most);
      expect(calm).toHaveLength(Number(count));
      const demand = demandOf(
        calm.map((row) => 2 * busy(row)),
        calm.map((row) => Number(row[6])),
      )!;
      expect((demand.perRequest * 1e3).toFixed(3)).toBe(cpu);
      expect(demand.interval).not.toBeNull();
    }
  });

  it('shows every saturated row of the second machine', () => {
    const full = rowsOf('wso2-apim-c5-large.csv').filter((row) => 100 - Number(row[14]) >= 90);
    const part = partOf('apim-c5-points');
    for (const [api, , users, bytes, delay] of full) {
      expect(part).toMatch(
        new RegExp(`^\\| ${api}, ${bytes} B +\\| ${users} +\\| ${delay} ms`, 'm'),
      );
    }
    expect(part.match(/^\| [TP]/gm)).toHaveLength(full.length);
  });

  it('shows every row of the later deployments, and errors that are those of its figures', () => {
    const part = partOf('releases');
    const within = new Map<string, number>();
    for (const [deployment, , , size, , users, , , p90] of rowsOf(
      'wso2-choreo-connect-releases.csv',
    )) {
      if (users === '10') continue;
      const name = deployment!.replace('Choreo Connect ', '');
      const line = new RegExp(
        `^\\| ${name} +\\| ${size} +\\| ${users} +\\| (\\d+) ms +\\| ${p90} ms +\\| ([^|]+) %`,
        'm',
      );
      const [, predicted, error] = line.exec(part) ?? [];
      const exact = 100 * (Number(predicted) / Number(p90) - 1);
      expect(Math.abs(exact - Number(error)), `${name} ${size} ${users}`).toBeLessThan(5);
      if (Math.abs(Number(error)) < 20) within.set(deployment!, (within.get(deployment!) ?? 0) + 1);
    }
    for (const [deployment, count] of within) {
      expect(part).toMatch(new RegExp(`^\\| ${deployment} +\\| ${count} of 20`, 'm'));
    }
  });

  it('shows every row with a quota, once for each rule', () => {
    const page = partOf('shared') + partOf('threads');
    const rows = rowsOf('wso2-choreo-connect.csv').filter(([users]) => users !== '10');
    for (const [users, size, , , , , , , p90] of rows) {
      const line = new RegExp(
        `^\\| ${size} +\\| ${users} +\\| \\d+ ms +\\| ${Number.parseFloat(p90!)} ms`,
        'gm',
      );
      expect(page.match(line), `${size} ${users}`).toHaveLength(2);
    }
  });

  it('shows every page of every minute with a delay, and errors that are those of its means', () => {
    const rows = rowsOf('online-boutique.csv').filter(([, fault]) => fault !== 'none');
    const errors: number[] = [];
    for (const [minute, , target, , page, requests, mean] of rows) {
      const line = new RegExp(
        `^\\| ${target} +\\| \\d+ ms +\\| ${minute} +\\| ${page} +\\| [\\d.]+ +\\| ${requests} +` +
          `\\| (\\d+) ms +\\| ${Number(mean).toFixed(0)} ms +\\| ([^|]+) \\|$`,
        'm',
      );
      const [, predicted, error] = line.exec(PAGE) ?? [];
      expect(error, `${minute} ${page}`).toBeDefined();
      if (error!.trim() === 'gives the delay') continue;
      errors.push(Number.parseFloat(error!));
      expect(
        Math.abs(Number(predicted) / Number(mean) - 1 - Number.parseFloat(error!) / 100),
      ).toBeLessThan(0.55 / Number(mean) + 0.001);
    }
    expect(errors).toHaveLength(47);
    const within = errors.filter((one) => Math.abs(one) <= 15).length;
    expect(PAGE).toContain(`All pages: ${within} of ${errors.length} within 15 %`);
  });

  it('shows every fault of PetShop, and errors that are those of its figures', () => {
    const rows = rowsOf('petshop-issues.csv').filter((row) => row[5] === 'PetSite');
    const during = rows.filter((row) => row[4] === 'during');
    expect(during).toHaveLength(26);
    const errors = { latency: [] as number[], availability: [] as number[] };
    for (const [issue, kind, , , , , , mean, availability] of during) {
      const line = new RegExp(`^\\| ${issue} +\\|.*$`, 'm').exec(PAGE)![0];
      const cells = line.split('|').map((cell) => cell.trim());
      const isTime = kind === 'latency';
      const shown = Number.parseFloat(cells[7]!);
      const measured = Number(isTime ? mean : availability);
      expect(Math.abs(shown - measured), issue).toBeLessThan(isTime ? 0.51 : 0.0051);
      const predicted = Number.parseFloat(cells[6]!);
      const error = Number.parseFloat(cells[8]!);
      const exact = isTime ? 100 * (predicted / measured - 1) : predicted - measured;
      expect(Math.abs(error - exact), issue).toBeLessThan(isTime ? 0.8 : 0.011);
      errors[isTime ? 'latency' : 'availability'].push(Math.abs(error));
    }
    const near = (all: readonly number[], most: number): string =>
      `${all.filter((one) => one <= most).length} of ${all.length} within`;
    expect(PAGE).toContain(`read at the faulty service: ${near(errors.latency, 15)} 15 %`);
    expect(PAGE).toContain(
      `Availability of the page: ${near(errors.availability, 0.5)} 0.5 points`,
    );
  });

  it('shows every page of every minute with stress, and errors that are those of its means', () => {
    const rows = rowsOf('online-boutique-cpu.csv').filter(([, fault]) => fault !== 'none');
    const errors: number[] = [];
    for (const [minute, fault, target, , , , page, requests, mean] of rows) {
      const line = new RegExp(
        `^\\| ${target} +\\| ${fault} +\\| ${minute} +\\| ${page} +\\| [\\d.]+ +\\| ${requests} +\\|.*$`,
        'm',
      ).exec(PAGE)![0];
      const cells = line.split('|').map((cell) => Number.parseFloat(cell));
      expect(Math.abs(cells[7]! - Number(mean)), `${minute} ${page}`).toBeLessThan(0.51);
      for (const [predicted, error] of [
        [cells[9]!, cells[10]!],
        [cells[12]!, cells[13]!],
      ] as const)
        expect(Math.abs(100 * (predicted / Number(mean) - 1) - error)).toBeLessThan(
          55 / Number(mean) + 0.1,
        );
      errors.push(Math.abs(cells[10]!));
    }
    expect(errors).toHaveLength(90);
    const within = errors.filter((one) => one <= 15).length;
    expect(PAGE).toContain(`Read at the pod, all pages: ${within} of 90 within 15 %`);
  });
});
